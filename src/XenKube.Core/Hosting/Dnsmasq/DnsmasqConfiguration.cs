using System.Net;
using XenKube.Files;
using XenKube.Networks;

namespace XenKube.Hosting.Dnsmasq;

/// <summary>What one dnsmasq was told: its interfaces, and the hosts of all of its files.</summary>
internal sealed class DnsmasqConfiguration
{
    private const int DeepestInclusion = 16;
    private const string MainFile = "/etc/dnsmasq.conf";
    private const string Ethers = "/etc/ethers";
    private const string SystemHosts = "/etc/hosts";

    private readonly HostTree _tree;
    private readonly List<DnsmasqOption> _options = [];
    private readonly HashSet<string> _files = [];

    private DnsmasqConfiguration(HostTree tree) => _tree = tree;

    /// <summary>The configuration files that were read, in their order.</summary>
    public IReadOnlyCollection<string> Files => _files;

    /// <summary>The files of hosts, those of its directories among them.</summary>
    public IReadOnlyList<string> HostsFiles { get; private set; } = [];

    /// <summary>The hosts that it knows, in the order in which it reads them.</summary>
    public IReadOnlyList<DnsmasqHost> Hosts { get; private set; } = [];

    /// <summary>What could not be read, as sentences.</summary>
    public IReadOnlyList<string> Unread { get; private set; } = [];

    /// <summary>The directories whose files it reads as configuration.</summary>
    public IReadOnlyList<string> Directories => Values("conf-dir").Select(value => DnsmasqText.Fields(value)[0]).Distinct().ToList();

    /// <summary>True when it leases addresses at all.</summary>
    public bool HasRange => Values("dhcp-range").Any();

    /// <summary>Reads what a dnsmasq with this command line reads.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="arguments">The command line, without the program.</param>
    public static DnsmasqConfiguration Read(HostTree tree, IReadOnlyList<string> arguments)
    {
        var configuration = new DnsmasqConfiguration(tree);
        var given = DnsmasqOption.OfCommandLine(arguments).ToList();
        var unread = new List<string>();
        configuration._options.AddRange(given.Where(option => option.Name is not ("conf-file" or "conf-dir")));
        // The file of the command line takes the place of the usual one.
        var files = given.Where(option => option.Name == "conf-file").Select(option => option.Value).ToList();
        foreach (var file in files.Count > 0 ? files : [MainFile])
        {
            configuration.Include(file, 0, unread);
        }
        foreach (var option in given.Where(option => option.Name == "conf-dir"))
        {
            configuration._options.Add(option);
            configuration.IncludeDirectory(option.Value, 0, unread);
        }
        configuration.ReadHosts(unread);
        configuration.Unread = unread;
        return configuration;
    }

    /// <summary>True when it serves a bridge.</summary>
    /// <param name="bridge">The bridge's name.</param>
    /// <param name="address">dom0's address there.</param>
    public bool Serves(string bridge, IPAddress address)
    {
        var interfaces = Fields("interface");
        var addresses = Fields("listen-address");
        return !Fields("except-interface").Concat(Fields("no-dhcp-interface")).Any(name => IsNamed(name, bridge))
            && ((interfaces.Count == 0 && addresses.Count == 0) || interfaces.Any(name => IsNamed(name, bridge))
                || addresses.Contains(address.ToString()));
    }

    /// <summary>True when it reads a file of hosts.</summary>
    /// <param name="path">The file, as the configuration or as this program names it.</param>
    public bool ReadsHosts(string path) =>
        Fields("dhcp-hostsfile").Concat(Fields("dhcp-hostsdir"))
            .Any(named => SamePath(named, path) || SamePath(named, Path.GetDirectoryName(path) ?? "/"));

    /// <summary>The name of the libvirt network whose files these are; null for others. libvirt writes it above its file.</summary>
    public string? LibvirtNetwork => _files.Select(file => _tree.TryReadConfiguration(file) is { } text
        && text.Contains("AUTO-GENERATED", StringComparison.Ordinal)
        ? text.Split('\n').Select(line => line.Split("virsh net-edit ", 2)).FirstOrDefault(parts => parts.Length == 2)?[1].Trim() : null)
            .FirstOrDefault(name => name is not null);

    /// <summary>The hosts that other files than this one name.</summary>
    /// <param name="path">The file.</param>
    public IEnumerable<DnsmasqHost> HostsOutside(string path) => Hosts.Where(host => !SamePath(host.File, path));

    private static bool IsNamed(string pattern, string bridge) =>
        pattern.EndsWith('*') ? bridge.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == bridge;

    private bool SamePath(string named, string path) => named.Length > 0
        && Path.GetFullPath(_tree.At(named)) == Path.GetFullPath(_tree.At(path));

    private IEnumerable<string> Values(string name) => _options.Where(option => option.Name == name).Select(option => option.Value);

    private List<string> Fields(string name) => [.. Values(name).SelectMany(DnsmasqText.Fields).Where(field => field.Length > 0)];

    private void Include(string file, int depth, List<string> unread)
    {
        if (depth > DeepestInclusion || !_files.Add(file))
        {
            return;
        }
        if (TryRead(file, unread) is not { } text)
        {
            return;
        }
        foreach (var option in DnsmasqOption.OfFile(text, file))
        {
            _options.Add(option);
            switch (option.Name)
            {
                case "conf-file":
                    Include(option.Value, depth + 1, unread);
                    break;
                case "conf-dir":
                    IncludeDirectory(option.Value, depth + 1, unread);
                    break;
                case "conf-script":
                    unread.Add($"{file} takes more configuration from a program, {Printable.Of(option.Value)}");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>
    /// conf-dir=DIRECTORY[,SUFFIX…]: all files, or those with the suffixes after a '*', without the ones with other suffixes.
    /// </summary>
    private void IncludeDirectory(string value, int depth, List<string> unread)
    {
        var fields = DnsmasqText.Fields(value);
        var only = fields.Skip(1).Where(field => field.Length > 1 && field[0] == '*').Select(field => field[1..]).ToList();
        var not = fields.Skip(1).Where(field => field.Length > 0 && field[0] != '*').ToList();
        bool EndsWith(string name, string suffix) => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal);
        foreach (var name in FilesIn(fields[0]).Where(name => (only.Count == 0 || only.Exists(suffix => EndsWith(name, suffix)))
            && !not.Exists(suffix => EndsWith(name, suffix))))
        {
            Include(Path.Combine(fields[0], name), depth, unread);
        }
    }

    /// <summary>What dnsmasq reads of a directory: no file of an editor, no hidden one.</summary>
    private IEnumerable<string> FilesIn(string directory) => _tree.Names(directory)
        .Where(name => name[0] != '.' && name[^1] != '~' && !(name[0] == '#' && name[^1] == '#')
            && File.Exists(_tree.At(Path.Combine(directory, name))));

    private string? TryRead(string file, List<string> unread)
    {
        try
        {
            return _tree.TryReadConfiguration(file);
        }
        catch (XenKubeException e)
        {
            unread.Add(e.Fault);
            return null;
        }
    }

    private void ReadHosts(List<string> unread)
    {
        // In the order of dnsmasq: command line and configuration, ethers, the files of hosts.
        var hosts = _options.Where(option => option.Name == "dhcp-host")
            .Select(option => DnsmasqHostParser.Parse(option.Value, option.File, option.Line)).ToList();
        if (_options.Exists(option => option.Name == "read-ethers") && TryRead(Ethers, unread) is { } ethers)
        {
            hosts.AddRange(DnsmasqHostParser.ParseEthers(ethers, Ethers));
        }
        HostsFiles = [.. Fields("dhcp-hostsfile").Concat(Fields("dhcp-hostsdir"))
            .SelectMany(path => Directory.Exists(_tree.At(path)) ? FilesIn(path).Select(name => Path.Combine(path, name)) : [path])
            .Distinct()];
        foreach (var file in HostsFiles)
        {
            hosts.AddRange(TryRead(file, unread) is { } text ? DnsmasqHostParser.ParseFile(text, file) : []);
        }
        Hosts = WithNamedAddresses(hosts, unread);
    }

    /// <summary>A host with a name and no address is given the address that the name has in /etc/hosts, dnsmasq(8) --dhcp-host.</summary>
    private List<DnsmasqHost> WithNamedAddresses(List<DnsmasqHost> hosts, List<string> unread)
    {
        if (Values("port").LastOrDefault()?.Trim() == "0" || !hosts.Exists(host => host is { Address: null, Name.Length: > 0 }))
        {
            return hosts;
        }
        var files = _options.Exists(option => option.Name == "no-hosts") ? [] : new List<string> { SystemHosts };
        files.AddRange(Fields("addn-hosts").Concat(Fields("hostsdir"))
            .SelectMany(path => Directory.Exists(_tree.At(path)) ? FilesIn(path).Select(name => Path.Combine(path, name)) : [path]));
        var names = new Dictionary<string, IPAddress>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in files.Select(file => TryRead(file, unread)).OfType<string>().SelectMany(text => text.Split('\n')))
        {
            if (line.Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries) is [var first, .. var rest]
                && AddressText.IPv4(first) is { } address)
            {
                foreach (var name in rest)
                {
                    names.TryAdd(name.Split('.')[0], address);
                }
            }
        }
        return [.. hosts.Select(host => host is { Address: null, Name.Length: > 0 } && names.TryGetValue(host.Name, out var address)
            ? host with { Address = address, IsAddressOfName = true } : host)];
    }
}
