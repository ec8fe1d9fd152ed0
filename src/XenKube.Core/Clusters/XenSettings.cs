using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using XenKube.Files;
using XenKube.Ignition.Languages;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Clusters;

/// <summary>
/// What a XENDIR may say about its host in <c>xenkube.json</c>; everything has the guide's value as default.
/// Unknown names in the file are refused, so that a misspelt one is not silently without effect.
/// </summary>
public sealed record XenSettings
{
    /// <summary>Address of dom0 on the guests' network, from which they fetch their configs.</summary>
    public string Address { get; init; } = GuideDefaults.Address;

    /// <summary>TCP port on which the configs are served, 1 to 65535.</summary>
    public int Port { get; init; } = GuideDefaults.Port;

    /// <summary>The bridge that guests are attached to.</summary>
    public string Bridge { get; init; } = GuideDefaults.Bridge;

    /// <summary>
    /// The first five bytes of the guests' MAC addresses; the sixth is the last number of the IP address, written with its decimal digits.
    /// </summary>
    public string MacPrefix { get; init; } = GuideDefaults.MacPrefix;

    /// <summary>dnsmasq's file of reservations.</summary>
    public string ReservationsFile { get; init; } = GuideDefaults.ReservationsFile;

    /// <summary>The guests' network, such as <c>192.168.100.0/24</c>; null for the one that the bridge's address is in.</summary>
    public string? Network { get; init; }

    /// <summary>The last numbers of the addresses that are reserved for guests, such as <c>10-99</c>.</summary>
    public string Reservations { get; init; } = $"{GuideDefaults.FirstReservation}-{GuideDefaults.LastReservation}";

    /// <summary>The unit of the dnsmasq that serves the bridge; null for the one that is found.</summary>
    public string? DnsmasqUnit { get; init; }

    /// <summary>The file that the firewall's rules are loaded from; null for the one that is found.</summary>
    public string? FirewallFile { get; init; }

    /// <summary>nginx's directory; null for /etc/nginx.</summary>
    public string? NginxDirectory { get; init; }

    /// <summary>What xendomains does with guests when dom0 shuts down, <c>stop</c> or <c>save</c>; null to leave it as it is.</summary>
    public string? Shutdown { get; init; }

    /// <summary>Memory of a new guest in MiB.</summary>
    public int Memory { get; init; } = GuideDefaults.Memory;

    /// <summary>Virtual processors of a new guest.</summary>
    public int VCpus { get; init; } = GuideDefaults.VCpus;

    /// <summary>
    /// The release of the Container Linux Config Transpiler whose output the guests understand: <c>0.5.0</c> or <c>0.9.0</c>.
    /// </summary>
    public string TranspilerRelease { get; init; } = new TranspileOptions().Release;

    /// <summary>
    /// The platform whose metadata fill <c>{PRIVATE_IPV4}</c> and the other variables in the nodes' configs; empty for none.
    /// </summary>
    public string Platform { get; init; } = "";

    /// <summary>True where a node's config with warnings is refused.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// True where nginx' site holds each node's config to the node's reserved address. The site names the addresses of its day: after a
    /// change of reservations it is installed again. The embedded server always does so, and sees changes by itself.
    /// </summary>
    public bool HoldConfigs { get; init; }

    /// <summary>
    /// Files in which guests are saved (xl save), or folders of such files; a relative path begins in XENDIR. They are looked at besides
    /// xendomains' own folder and the folder of the disk: the disk of a saved guest is not changed.
    /// </summary>
    public IReadOnlyList<string> SavedGuests { get; init; } = [];

    /// <summary>
    /// Directories from which templates may include files besides their cluster's own; relative names are relative to XENDIR, and
    /// <c>/</c> allows all.
    /// </summary>
    public IReadOnlyList<string> IncludeDirectories { get; init; } = [];

    /// <summary>Where releases are downloaded from; null for the distribution's own server.</summary>
    public string? Mirror { get; init; }

    /// <summary>The bits of an address that name the network; null where none is set, or it is not one.</summary>
    [JsonIgnore]
    public int? NetworkLength =>
        Network is not null && IPNetwork.TryParse(Network, out var network) && IPAddress.TryParse(Address, out var address)
            && network.Contains(address) && network.PrefixLength is >= 8 and <= 126 ? network.PrefixLength : null;

    /// <summary>The first and the last number that is reserved; null where <see cref="Reservations"/> is not a range.</summary>
    [JsonIgnore]
    public (int First, int Last)? ReservationRange =>
        Reservations?.Split('-', StringSplitOptions.TrimEntries) is [var first, var last]
            && byte.TryParse(first, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var low)
            && byte.TryParse(last, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var high)
            && low <= high ? (low, high) : null;

    /// <summary>Where the published configs are fetched: <c>http://address[:port]/</c>.</summary>
    [JsonIgnore]
    public Uri BaseUri => new UriBuilder(Uri.UriSchemeHttp, Address, Port).Uri;

    /// <summary>How configs are transpiled here.</summary>
    [JsonIgnore]
    public TranspileOptions TranspileOptions => new() { Release = TranspilerRelease, Platform = Platform, Strict = Strict };

    /// <summary>Reads the settings of a XENDIR.</summary>
    /// <param name="path">Path of xenkube.json; a missing file means the defaults.</param>
    /// <exception cref="InvalidInputException">The file is not JSON, has an unknown name or a value out of range.</exception>
    public static XenSettings Read(string path)
    {
        return WholeFile.TryReadTrusted(path, errors: ReadErrors) is { } json ? Parse(json, path) : new XenSettings();
    }

    /// <summary>The errors for a file that cannot be read.</summary>
    internal static FileReadErrors ReadErrors =>
        new(ErrorIds.FileNotFound, ErrorIds.SettingsNotReadable, ErrorIds.SettingsInvalid);

    /// <summary>Reads the text of a file of settings.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not JSON, has an unknown name or a value out of range.</exception>
    internal static XenSettings Parse(byte[] json, string path)
    {
        XenSettings settings;
        try
        {
            SettingNames.Check(json, path);
            settings = DefaultedJson.Read(json, new XenSettings(), XenSettingsJson.Default.XenSettings) ?? new XenSettings();
        }
        catch (JsonException e)
        {
            throw SettingNames.NotJson(path, e);
        }
        return settings.Checked(path);
    }

    /// <summary>Writes the settings as indented JSON.</summary>
    /// <param name="path">Path of xenkube.json.</param>
    public void Write(string path) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, XenSettingsJson.Default.XenSettings));

    /// <summary>The settings, if each value can be used.</summary>
    /// <param name="path">Where they are from.</param>
    /// <exception cref="InvalidInputException">A value is out of range.</exception>
    public XenSettings Checked(string? path)
    {
        void Require(bool condition, string name, string reason)
        {
            if (!condition)
            {
                throw new InvalidInputException(ErrorIds.SettingsInvalid, path, name, reason);
            }
        }
        Require(IPAddress.TryParse(Address, out _), "address", $"'{Address}' is not an IP address");
        Require(Port is > 0 and < 65536, "port", $"{Port} is not between 1 and 65535");
        Require(InterfaceName.IsValid(Bridge), "bridge", $"'{Printable.Of(Bridge)}' is not the name of a bridge");
        Require(MacPrefix.Split(':') is { Length: 5 } bytes && bytes.All(b => b.Length == 2 && b.All(char.IsAsciiHexDigit)), "macPrefix",
            $"'{MacPrefix}' is not five bytes like {GuideDefaults.MacPrefix}");
        Require(SavedGuests is not null && SavedGuests.All(path => path is { Length: > 0 }), "savedGuests", "it is not a list of paths");
        Require(Network is null || NetworkLength is not null, "network",
            $"'{Printable.Of(Network)}' is not a network with the address {Address} in it, such as {GuideDefaults.Address[..^1]}0/24");
        Require(ReservationRange is not null, "reservations",
            $"'{Printable.Of(Reservations)}' is not a range such as {GuideDefaults.FirstReservation}-{GuideDefaults.LastReservation}");
        Require(DnsmasqUnit is not "", "dnsmasqUnit", "it is empty");
        Require(FirewallFile is not "", "firewallFile", "it is empty");
        Require(NginxDirectory is not "", "nginxDirectory", "it is empty");
        Require(Shutdown is null or XenServiceSettings.Stop or XenServiceSettings.Save, "shutdown",
            $"'{Printable.Of(Shutdown)}' is neither {XenServiceSettings.Stop} nor {XenServiceSettings.Save}");
        Require(Memory > 0, "memory", $"{Memory} is not above 0");
        Require(VCpus > 0, "vCpus", $"{VCpus} is not above 0");
        Require(TranspilerRelease is "0.5.0" or "0.9.0", "transpilerRelease", $"'{TranspilerRelease}' is neither 0.5.0 nor 0.9.0");
        return this;
    }
}
