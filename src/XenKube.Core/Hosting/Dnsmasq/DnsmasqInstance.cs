using System.Net;
using XenKube.Files;
using XenKube.Hosting.Services;

namespace XenKube.Hosting.Dnsmasq;

/// <summary>A dnsmasq of this host: one that runs, or one whose configuration is there.</summary>
/// <param name="Configuration">What it was told.</param>
/// <param name="Unit">Its systemd unit; null where it has none, or none that is known.</param>
/// <param name="IsRunning">True when it runs.</param>
internal sealed record DnsmasqInstance(DnsmasqConfiguration Configuration, string? Unit, bool IsRunning)
{
    private const string Program = "dnsmasq";
    private const string LibvirtFolder = "/var/lib/libvirt/dnsmasq";
    private const string StockUnit = "dnsmasq.service";

    // What Debian's systemd-helper and init script add to the command line.
    private static readonly string[] StockArguments = ["-7", "/etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new"];

    /// <summary>Its process; 0 for one that does not run.</summary>
    public int ProcessId { get; init; }

    /// <summary>True when it is libvirt that starts it and writes its files.</summary>
    public bool IsLibvirts => Configuration.LibvirtNetwork is not null;

    /// <summary>Who it is, for a message.</summary>
    public string Name => Configuration.LibvirtNetwork is { } network
        ? $"libvirt's network '{Printable.Of(network)}'" : Unit ?? (IsRunning ? "the running dnsmasq" : "dnsmasq");

    /// <summary>
    /// The instances that lease addresses on a bridge, or read a file of hosts: those that run, and where none does, those that
    /// the host's files would start.
    /// </summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="bridge">The bridge.</param>
    /// <param name="address">dom0's address there.</param>
    /// <param name="hostsFile">The file of hosts.</param>
    public static IReadOnlyList<DnsmasqInstance> Of(HostTree tree, string bridge, IPAddress address, string hostsFile)
    {
        bool Concerns(DnsmasqInstance instance) => instance.Configuration.ReadsHosts(hostsFile)
            || instance.Configuration.Serves(bridge, address);
        var running = Running(tree).Where(Concerns).ToList();
        if (running.Count > 0)
        {
            return running;
        }
        var files = new[] { GuideDefaults.DnsmasqConfiguration(bridge) }
            .Concat(tree.Names(LibvirtFolder).Where(name => name.EndsWith(".conf", StringComparison.Ordinal))
                .Select(name => $"{LibvirtFolder}/{name}"))
            .Where(file => File.Exists(tree.At(file)))
            .Select(file => new DnsmasqInstance(DnsmasqConfiguration.Read(tree, [$"--conf-file={file}"]),
                file == GuideDefaults.DnsmasqConfiguration(bridge) ? GuideDefaults.DnsmasqUnit(bridge) : null, IsRunning: false));
        var stock = File.Exists(tree.At("/etc/dnsmasq.conf")) || Directory.Exists(tree.At("/etc/dnsmasq.d"))
            ? [new DnsmasqInstance(DnsmasqConfiguration.Read(tree, StockArguments), StockUnit, IsRunning: false)]
            : Array.Empty<DnsmasqInstance>();
        // The stock configuration with nothing in it would serve every bridge, but leases no addresses.
        return [.. files.Concat(stock.Where(one => one.Configuration.HasRange || one.Configuration.ReadsHosts(hostsFile))).Where(Concerns)];
    }

    /// <summary>True when any dnsmasq of this network namespace runs.</summary>
    /// <param name="tree">The host's files.</param>
    public static bool IsAnyRunning(HostTree tree) => ServiceProcess.Named(tree, Program).Any();

    private static IEnumerable<DnsmasqInstance> Running(HostTree tree) => ServiceProcess.Named(tree, Program)
        // libvirt starts two processes for each network, the second one for its leases.
        .DistinctBy(process => string.Join('\0', process.Arguments))
        .Select(process => new DnsmasqInstance(DnsmasqConfiguration.Read(tree, process.Arguments), process.Unit,
            IsRunning: true) { ProcessId = process.Id });
}
