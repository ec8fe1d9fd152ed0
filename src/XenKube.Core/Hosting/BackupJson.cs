using System.Text.Json.Serialization;

namespace XenKube.Hosting;

/// <summary>How the manifest of a backup is written, as code that the compiler makes.</summary>
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(List<BackupEntry>))]
internal sealed partial class BackupJson : JsonSerializerContext;
