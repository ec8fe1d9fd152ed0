using System.Text.Json;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>flannel's versions, options and network config.</summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0, built with Go 1.19.</remarks>
internal static class ClcFlannel
{
    private const string Options = """
        etcd_username::6 etcd_password::6 etcd_endpoints etcd_cafile etcd_certfile etcd_keyfile etcd_prefix ip_masq subnet_file
        interface public_ip kube_subnet_mgr:b:7
        """;

    private const int OldestMinor = 5;
    private const int NewestMinor = 7;

    /// <summary>The section in a release.</summary>
    public static ConfigType Section(ClcRelease release) => ClcOptionTable.Section(
        "Flannel",
        "flannelCommon",
        [
            ClcOptionTable.Version("FlannelVersion", CheckVersion),
            Of("network_config", ConfigType.NamedText("NetworkConfig")).Ruled(CheckNetworkConfig),
        ],
        [.. Enumerable.Range(OldestMinor, NewestMinor - OldestMinor + 1).Select(minor => ClcOptionTable.Read(Options, minor, release))],
        version => version switch
        {
            null => 1,
            { Major: 0, Minor: >= OldestMinor } => (int)Math.Min(version.Minor, NewestMinor) - OldestMinor,
            _ => null,
        },
        static (section, at) => at.Error(
            section["kube_subnet_mgr"].Flag && section["network_config"].HasText
                ? "flannel network config cannot be provided if kube_subnet_mgr is set"
                : null));

    private static void CheckVersion(ClcVersion version, FindingPlace at)
    {
        if (version.IsBelow(0, OldestMinor, 0))
        {
            at.Error("invalid flannel version (too old)");
        }
        else if (version.Major == 0 && version.Minor > NewestMinor)
        {
            at.Warning("flannel minor version too new. Only options available in the previous minor version will be supported");
        }
    }

    private static void CheckNetworkConfig(ConfigValue section, FindingPlace at)
    {
        var config = section["network_config"].Text;
        at.Error(config.Length == 0 || IsJsonObject(config) ? null : "flannel network config doesn't appear to be valid JSON");
    }

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
