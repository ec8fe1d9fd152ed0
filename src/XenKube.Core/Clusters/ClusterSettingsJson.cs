using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenKube.Clusters;

/// <summary>How the settings of a cluster are written in <c>cluster.json</c>, as code that the compiler makes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, Converters = [typeof(SourceWord)])]
[JsonSerializable(typeof(ClusterSettings))]
internal sealed partial class ClusterSettingsJson : JsonSerializerContext
{
    /// <summary>A source is written as its name, never as a number.</summary>
    private sealed class SourceWord() : JsonStringEnumConverter<ConfigSource>(namingPolicy: null, allowIntegerValues: false);
}
