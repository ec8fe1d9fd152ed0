using System.Text.Json.Serialization;

namespace XenKube.Images.Transfer;

/// <summary>How the state of a partial file is written beside it, as code that the compiler makes.</summary>
[JsonSerializable(typeof(TransferState))]
internal sealed partial class TransferStateJson : JsonSerializerContext;
