using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists the addresses that dnsmasq has reserved.</summary>
[Cmdlet(VerbsCommon.Get, "DhcpReservation", DefaultParameterSetName = PathSet)]
[OutputType(typeof(DhcpReservation))]
public sealed class GetDhcpReservationCommand : XenDirCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>MAC or IP addresses, or host names. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [Parameter(Position = 0, ParameterSetName = LiteralPathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = ["*"];

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
        if (Path is null && LiteralPath is null)
        {
            Guard(null, () => Write(HasXenDir ? Directory.ReservationsPath : DhcpReservations.DefaultPath));
        }
        foreach (var file in Files(Path, LiteralPath, onDrives: true))
        {
            Guard(file, () => Write(file));
        }
    }

    private void Write(string file)
    {
        var reservations = IsOnDrive(file) ? DhcpReservations.Parse(System.Text.Encoding.UTF8.GetString(ReadFile(file)),
            file) : DhcpReservations.Read(file);
        foreach (var address in Address)
        {
            var pattern = new WildcardPattern(address, WildcardOptions.IgnoreCase);
            var found = reservations.Items.Where(item => pattern.IsMatch(item.MacAddress.ToString())
                || pattern.IsMatch(item.IPAddress.ToString()) || (item.HostName.Length > 0 && pattern.IsMatch(item.HostName))).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(address))
            {
                Report(new ItemNotFoundException(ErrorIds.ReservationNotFound, reservations.Path, null,
                    $"there is no reservation for '{address}'", "Make it with New-DhcpReservation"), address);
            }
            WriteObject(found, enumerateCollection: true);
        }
    }
}
