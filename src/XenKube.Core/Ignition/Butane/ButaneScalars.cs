using XenKube.Ignition.Syntax;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Butane;

/// <summary>Scalars of YAML as go-yaml v3 takes them where the struct wants another type.</summary>
/// <remarks>Held against gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.</remarks>
internal static class ButaneScalars
{
    /// <summary>The spellings of YAML 1.1 still work where a flag is wanted, unquoted or quoted.</summary>
    public static bool? FlagOf(string text, string tag) => (tag, text) switch
    {
        ("!!bool", "true" or "True" or "TRUE") => true,
        ("!!bool", _) => false,
        ("!!int" or "!!float" or "!!timestamp", _) => null,
        (_, "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON") => true,
        (_, "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF") => false,
        _ => null,
    };

    /// <summary>The bytes of a binary scalar.</summary>
    /// <exception cref="YamlException">The scalar is not base64.</exception>
    public static string DecodeBinary(YamlNode node) =>
        ByteText.FromBytes(GoBase64.Decode(node.Value, out _)
            ?? throw new YamlException("!!binary value contains invalid base64 data", node.Line, node.Column));
}
