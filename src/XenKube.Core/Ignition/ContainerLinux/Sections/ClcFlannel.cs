using System.Text.Json;
using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>flannel's versions, options and network config.</summary>
internal static class ClcFlannel
{
    private const string Options = """
        etcd_username::6 etcd_password::6 etcd_endpoints etcd_cafile etcd_certfile etcd_keyfile etcd_prefix ip_masq subnet_file
        interface public_ip kube_subnet_mgr:b:7
        """;

    private static readonly IReadOnlyList<ClcOption>[] Sets = [.. Enumerable.Range(5, 3).Select(ReadSet)];

    /// <summary>The rules, which are the same in both releases.</summary>
    public static ClcOptionSectionRules Rules() => new(
        "flannel",
        "Flannel",
        [
            ClcOptionTable.VersionField("FlannelVersion", CheckVersion),
            new ClcValueField<ClcOptionSection>("network_config", static (decoder, node, section) =>
            {
                var text = section.NetworkConfig;
                decoder.ReadText(node, ref text, "types.NetworkConfig");
                section.NetworkConfig = text;
            })
            {
                Rule = static section => section.NetworkConfig.Length == 0 || IsJsonObject(section.NetworkConfig)
                    ? null
                    : ClcFinding.Error("flannel network config doesn't appear to be valid JSON"),
            },
        ],
        FindOptions)
    {
        Rule = static section =>
            section.Values.TryGetValue("kube_subnet_mgr", out var value) && value is true && section.NetworkConfig.Length > 0
                ? ClcFinding.Error("flannel network config cannot be provided if kube_subnet_mgr is set")
                : null,
    };

    private static IReadOnlyList<ClcOption>? FindOptions(ClcVersion? version) => version switch
    {
        null => Sets[1],
        { Major: 0, Minor: >= 5 } => Sets[Math.Min(version.Minor, 7) - 5],
        _ => null,
    };

    private static ClcFinding? CheckVersion(ClcVersion version) =>
        version.IsBelow(0, 5, 0) ? ClcFinding.Error("invalid flannel version (too old)")
        : version.Major == 0 && version.Minor > 7 ? ClcFinding.Warning(
            "flannel minor version too new. Only options available in the previous minor version will be supported")
        : null;

    private static IReadOnlyList<ClcOption> ReadSet(int minor) =>
        [.. ClcOptionTable.Read(Options, minor).Select(option => option.Key == "interface" ? option with { Argument = "iface" } : option)];

    /// <summary>Whether Go would read the text as an object, or as null; a number that no double holds is refused.</summary>
    private static bool IsJsonObject(string text)
    {
        var reader = new Utf8JsonReader(ByteText.ToBytes(text), new JsonReaderOptions { MaxDepth = 10_000 });
        try
        {
            var top = JsonTokenType.None;
            while (reader.Read())
            {
                top = top == JsonTokenType.None ? reader.TokenType : top;
                if (reader.TokenType == JsonTokenType.Number && !double.IsFinite(reader.GetDouble()))
                {
                    return false;
                }
            }
            return top is JsonTokenType.StartObject or JsonTokenType.Null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
