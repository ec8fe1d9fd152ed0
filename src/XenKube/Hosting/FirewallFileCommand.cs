using System.Management.Automation;
using System.Net;
using XenKube.Clusters;
using XenKube.Networks;

namespace XenKube.Commands.Hosting;

/// <summary>The base of cmdlets that edit the host's file of firewall rules.</summary>
public abstract class FirewallFileCommand : HostCommand
{
    /// <summary>
    /// The file of rules. Wildcards are allowed if they match one file. Default: the file that the firewall is loaded from.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file of rules, taken as it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Loads the rules, by restarting the service that loads the file.</summary>
    [Parameter]
    public SwitchParameter Apply { get; set; }

    /// <summary>The file that is meant.</summary>
    protected string File => OneFile(Path, LiteralPath, () => HostSettings.FirewallFileOf(Settings, HasXenDir ? Directory.Path : null));

    /// <summary>The guests' network.</summary>
    protected GuestSubnet Network => HostSettings.NetworkOf(Settings);

    /// <summary>Reads an address of a parameter.</summary>
    /// <param name="text">The address; null for none.</param>
    /// <param name="parameter">The parameter.</param>
    protected static IPAddress? AddressOf(string? text, string parameter) => text is null ? null
        : IPAddress.TryParse(text, out var address) ? address
        : throw new InvalidInputException(ErrorIds.AddressInvalid, null, parameter, $"'{text}' is not an IP address");
}
