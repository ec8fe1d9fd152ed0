using System.Management.Automation;
using XenKube.Certificates;

namespace XenKube.Commands.Certificates;

/// <summary>The base of cmdlets that make certificates of nodes.</summary>
public abstract class IssueCommand : NodeCommand
{
    /// <summary>The kind of the keys. Default: that of the authority.</summary>
    [Parameter]
    public KeyAlgorithm? KeyAlgorithm { get; set; }

    /// <summary>Days of validity. A certificate ends with its authority at the latest.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.ValidityDays)]
    public int Day { get; set; } = CertificateOptions.UsualDays;

    /// <summary>DNS names and IP addresses besides those that a certificate gets without being asked.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AdditionalName { get; set; } = [];

    /// <summary>How certificates of these roles are made.</summary>
    /// <param name="roles">What they are for; none for all roles.</param>
    private protected CertificateOptions OptionsFor(IReadOnlyList<CertificateRole> roles) =>
        new() { Roles = roles, KeyAlgorithm = KeyAlgorithm, Days = Day, AdditionalNames = AdditionalName };
}
