using System.Globalization;
using System.Net;
using System.Text;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Files;
using XenKube.Hosting;
using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Cli.Quickstart;

/// <summary>
/// The guide from its first command to its last, on the sample image: what it makes is a XENDIR like any other. Taken
/// again in the same directory, it finds its work done and keeps it.
/// </summary>
internal sealed class QuickstartRun : IDisposable
{
    private const string Version = "1520.9.0";
    private const string ClusterName = "etcd";
    private static readonly string[] NodeNames = ["node-1", "node-2", "node-3"];

    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellationToken;
    private readonly StepPrinter _printer;
    private readonly SampleRelease _sample;
    private readonly XenDirectory _directory;
    private readonly TrustStore _keys;
    private readonly NodeStore _nodes;

    public QuickstartRun(XenDirectory directory, Terminal terminal, CancellationToken cancellationToken)
    {
        _terminal = terminal;
        _cancellationToken = cancellationToken;
        _printer = new StepPrinter(terminal.Out);
        _sample = new SampleRelease();
        _directory = directory;
        _keys = new TrustStore(_directory.KeysPath);
        _nodes = new NodeStore(_directory);
    }

    public void Run()
    {
        _terminal.Out.WriteLine($"The guide on a sample image, in {_directory.Path}\n");
        _printer.Step("Make XENDIR and the reservations", MakeXenDirectory);
        _printer.Step("Serve the sample release on loopback", _sample.Serve);
        CoreOSImage? image = null;
        NodeImage? proven = null;
        _printer.Step("Download the image and its signature", () => Download(out image));
        _printer.Step("Check the signature: the key is not trusted yet", () => VerifyUntrusted(image!));
        _printer.Step("Trust the key, and check again", () => VerifyTrusted(image!, out proven));
        _printer.Step($"Create the cluster {ClusterName}", CreateCluster);
        _printer.Step($"Make {string.Join(", ", NodeNames)} from one decode", () => MakeNodes(proven!));
        var nodes = NodeNames.Select(name => _nodes.Describe(ClusterName, name)).ToArray();
        _printer.Step("Look at the partitions of node-1", () => Partitions(nodes[0]));
        _printer.Step("Point each node's Ignition at its config, in OEM's grub.cfg", () =>
            nodes.Select(node =>
                $"{node.Name}: {OemGrubConfig.Write(node.DiskPath, node.IgnitionUri, cancellationToken: _cancellationToken).Line}"));
        _printer.Step("Transpile the guide's first config and publish it", () => PublishFirst(nodes));
        _printer.Step("Fetch it back over HTTP, as a guest would", () => FetchBack(nodes));
        _printer.Step("Write the guests' configurations for xl", () => WriteGuests(nodes));
        _printer.Step("Leave what a first boot leaves: no first_boot, a machine-id", () => StandInForBoot(nodes));
        _printer.Step("Change the configs: time from dom0, by ntpd", () => nodes.Select(GuideConfigs.WriteSecond));
        _printer.Step("Refresh all nodes, so that Ignition runs again", () => Refresh(nodes));
        if (PowerShellRefresh.Find() is { } powerShell)
        {
            _printer.Step("The same refresh in PowerShell", () => powerShell.Run(_directory, ClusterName));
        }
        _printer.Total();
        _terminal.Out.WriteLine();
        NodeTable.Write(_terminal.Out, _nodes.List(new NodeName(ClusterName, "*")));
        WriteClosing();
    }

    public void Dispose() => _sample.Dispose();

    private IEnumerable<string> MakeXenDirectory()
    {
        _directory.Make();
        if (!File.Exists(_directory.SettingsPath))
        {
            new XenSettings { ReservationsFile = "hostsfile" }.Write(_directory.SettingsPath);
        }
        var reservations = DhcpReservations.Range(10, 99, IPAddress.Parse(_directory.Settings.Address), _directory.Settings.MacPrefix);
        AtomicFile.Write(_directory.ReservationsPath, Encoding.UTF8.GetBytes(DhcpReservations.Read(_directory.ReservationsPath)
            .With(reservations).ToString()));
        yield return $"{_directory.ReservationsPath}: {reservations[0]} to {reservations[^1]}";
    }

    private IEnumerable<string> Download(out CoreOSImage? image)
    {
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _sample.ReleaseUri });
        using var progress = new ProgressLine(_terminal);
        // As in the guide, the signature is checked in the next step; a download by itself proves it first.
        var download = new ImageDownloader(server, new ImageStore(_directory.ImagesPath), _keys)
            .Download(server.Resolve(Version, _cancellationToken), skipVerification: true, progress, _cancellationToken);
        image = download.Image;
        return [$"{image.Path}: {BinarySize.Format(image.Size)}{(download.WasPresent ? " (there already)" : "")}"];
    }

    private string[] VerifyUntrusted(CoreOSImage image)
    {
        var known = KeyRing.Read(_sample.FetchKey(), "the sample's key", isTrusted: false);
        return Lines(SignatureVerifier.Verify(image.Path, image.SignaturePath, known, cancellationToken: _cancellationToken).ToString());
    }

    private string[] VerifyTrusted(CoreOSImage image, out NodeImage? proven)
    {
        _keys.Import(_sample.FetchKey(), "the sample's key");
        proven = NodeImage.Find(_directory, Version, cancellationToken: _cancellationToken);
        return Lines(SignatureVerifier.Verify(image.Path, image.SignaturePath, _keys, cancellationToken: _cancellationToken).ToString());
    }

    private IEnumerable<string> CreateCluster()
    {
        var store = new ClusterStore(_directory);
        var there = store.List().FirstOrDefault(cluster => cluster.Name == ClusterName);
        yield return there is null ? store.Create(ClusterName).Path : $"{there.Path} (there already)";
    }

    private IEnumerable<string> MakeNodes(NodeImage image)
    {
        var missing = NodeNames.Where(name => !_nodes.Describe(ClusterName, name).HasDisk).ToArray();
        if (missing.Length > 0)
        {
            using var progress = new ProgressLine(_terminal);
            _nodes.Create(ClusterName, missing, image, new NodeDiskOptions(), progress, cancellationToken: _cancellationToken);
        }
        foreach (var name in NodeNames)
        {
            var path = _nodes.Describe(ClusterName, name).DiskPath;
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{path}: {new FileInfo(path).Length} B, sparse{(missing.Contains(name) ? "" : " (there already)")}");
        }
    }

    private static string[] Partitions(Node node)
    {
        var table = ImageReader.ReadOnce(node.DiskPath, disk => disk.Partitions);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        PartitionReport.Write(text, table, table.Partitions, compact: false);
        return Lines(text.ToString());
    }

    private List<string> PublishFirst(Node[] nodes)
    {
        var lines = new List<string>();
        foreach (var node in nodes)
        {
            GuideConfigs.WriteFirst(node);
            var own = new NodeConfig(_directory, node);
            var config = own.Transpile();
            var published = own.Publish(config, _cancellationToken);
            lines.Add($"{published.Path}: {published.Size} B, Ignition {config.Version}");
        }
        lines.Add(Encoding.UTF8.GetString(WholeFile.Read(nodes[0].IgnitionPath)));
        return lines;
    }

    private List<string> FetchBack(Node[] nodes)
    {
        using var server = IgnitionServer.Start(_directory.NginxPath, IPAddress.Loopback);
        var lines = new List<string>();
        foreach (var node in nodes)
        {
            var uri = new Uri(server.Uri, node.IgnitionUri.AbsolutePath);
            var result = IgnitionEndpoint.Test(uri, node.IgnitionPath, TimeSpan.FromSeconds(10), _cancellationToken);
            if (!result.IsOk)
            {
                throw new OperationFailedException(ErrorIds.EndpointMismatch, uri.AbsoluteUri, null, result.Problem);
            }
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{uri}: {result.Status} {result.ContentType}, {result.Length} B, as published"));
        }
        return lines;
    }

    private IEnumerable<string> WriteGuests(Node[] nodes)
    {
        var missing = nodes.Where(node => !File.Exists(node.GuestConfigPath)).ToArray();
        var guests = new NodeGuests(_directory);
        guests.Write(guests.Plan(missing, firstAddress: missing.Length == nodes.Length ? IPAddress.Parse("192.168.100.11") : null),
            cancellationToken: _cancellationToken);
        return [nodes[0].GuestConfigPath, .. Lines(Encoding.UTF8.GetString(WholeFile.Read(nodes[0].GuestConfigPath)))
            .Select(line => "  " + line), .. nodes[1..].Select(node => node.GuestConfigPath)];
    }

    // There is no Xen here, so the guests do not boot. The refresh should find what a boot would have left.
    private static IEnumerable<string> StandInForBoot(Node[] nodes)
    {
        foreach (var node in nodes)
        {
            using var disk = NodeDisk.OpenWrite(node.DiskPath);
            using var boot = disk.OpenFileSystem(GuestLayout.BootLabel);
            boot.Remove(GuestLayout.CoreOS.FirstBootPath);
            using var root = disk.OpenFileSystem("ROOT");
            root.WriteFile("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"u8, new FileAttributesChange(Mode: 0x124));
        }
        yield return $"removed {GuestLayout.CoreOS.FirstBootPath} on {GuestLayout.BootLabel}, wrote /etc/machine-id on ROOT";
    }

    private IEnumerable<string> Refresh(Node[] nodes) =>
        new IgnitionResetter(_directory).Reset(nodes, new IgnitionResetOptions(), cancellationToken: _cancellationToken)
            .SelectMany(reset => reset.Steps.Select(step => $"{reset.Node.Name}: {step.Message}"));

    private void WriteClosing()
    {
        _terminal.Out.WriteLine($$"""

            Continue in PowerShell (in the checkout, 'dotnet pwsh' starts it):
              $env:XENDIR = '{{_directory.Path}}'
              Import-Module {{PowerShellRefresh.ModulePath ?? "./artifacts/Release/XenKube"}}
              Get-Node {{ClusterName}}/node-1 | Get-DiskPartition
              Get-Node {{ClusterName}} | Reset-Ignition
            or in bash:
              export XENDIR={{_directory.Path}}
              xenkube disk cat {{_nodes.Describe(ClusterName, "node-1").DiskPath}} OEM /grub.cfg
            """);
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
}
