using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists the addresses that dnsmasq has reserved.</summary>
[Cmdlet(VerbsCommon.Get, "DhcpReservation", DefaultParameterSetName = PathSet)]
[Alias("Get-XenDhcpReservation")]
[OutputType(typeof(DhcpReservation))]
public sealed class GetDhcpReservationCommand : XenDirCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputObjectSet = "InputObject";

    /// <summary>MAC or IP addresses, or host names. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [Parameter(Position = 0, ParameterSetName = LiteralPathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string[] Address { get; set; } = ["*"];

    /// <summary>
    /// Addresses, reservations, or what has an address: nodes, clusters, guests, checks; or a file of reservations, which is listed.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Files of reservations. Wildcards are allowed. Default: the file of the settings, /var/lib/dnsmasq/virbr1/hostsfile.
    /// </summary>
    [Parameter(ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Files of reservations, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            foreach (var element in PipedObject.Elements(InputObject))
            {
                Guard(element.BaseObject, () => WriteOf(element));
            }
            return;
        }
        if (Path is null && LiteralPath is null)
        {
            Guard(null, () => Write(Read(StandardPath), Address));
        }
        foreach (var file in Files(Path, LiteralPath, onDrives: true))
        {
            Guard(file, () => Write(Read(file), Address));
        }
    }

    private string StandardPath => HasXenDir ? Directory.ReservationsPath : DhcpReservations.DefaultPath;

    private void WriteOf(PSObject element)
    {
        var item = new PipedObject(element);
        if (item.Value is string address)
        {
            Write(Read(StandardPath), [address]);
        }
        else if (PipedReservation.Of(item) is { } wanted)
        {
            Write(Read(StandardPath), wanted);
        }
        else if (item.FilePath is { } path && item.Value is not DirectoryInfo)
        {
            foreach (var file in Files(null, [path], onDrives: true))
            {
                Guard(file, () => Write(Read(file), Address));
            }
        }
        else
        {
            foreach (var node in NodesOf(element))
            {
                Guard(node, () => Write(Read(DirectoryOf(node).ReservationsPath), PipedReservation.Of(node)));
            }
        }
    }

    private DhcpReservations Read(string file) => IsOnDrive(file)
        ? DhcpReservations.Parse(System.Text.Encoding.UTF8.GetString(ReadFile(file)), file) : DhcpReservations.Read(file);

    private void Write(DhcpReservations reservations, PipedReservation wanted) =>
        Write(reservations, wanted.ToString(), isPattern: false, [.. reservations.Items.Where(wanted.Fits)]);

    private void Write(DhcpReservations reservations, IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            var pattern = Wildcard.Of(address);
            Write(reservations, address, WildcardPattern.ContainsWildcardCharacters(address), [.. reservations.Items.Where(item =>
                pattern.IsMatch(item.MacAddress.ToString()) || pattern.IsMatch(item.IPAddress.ToString())
                || (item.HostName.Length > 0 && pattern.IsMatch(item.HostName)))]);
        }
    }

    private void Write(DhcpReservations reservations, string wanted, bool isPattern, DhcpReservation[] found)
    {
        if (found.Length == 0 && !isPattern)
        {
            Report(new ItemNotFoundException(ErrorIds.ReservationNotFound, reservations.Path, null,
                $"there is no reservation for '{Printable.Of(wanted)}'", "Make it with New-DhcpReservation"), wanted);
        }
        WriteObject(found, enumerateCollection: true);
    }
}
