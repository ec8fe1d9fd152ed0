using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenKube.Clusters;

/// <summary>How the settings of a host are written in <c>xenkube.json</c>, as code that the compiler makes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true)]
[JsonSerializable(typeof(XenSettings))]
internal sealed partial class XenSettingsJson : JsonSerializerContext;
