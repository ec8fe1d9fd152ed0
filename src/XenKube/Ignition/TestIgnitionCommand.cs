using System.Management.Automation;
using XenKube.Ignition.Validation;

namespace XenKube.Commands.Ignition;

/// <summary>Validates Ignition JSON as the guest's own Ignition does.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Ignition", DefaultParameterSetName = PathSet)]
[Alias("Test-XenIgnition")]
[OutputType(typeof(bool), typeof(IgnitionValidation))]
public sealed class TestIgnitionCommand : IgnitionJsonCommand
{
    /// <summary>The generation whose rules apply, 2 or 3. Default: the generation of the config's version.</summary>
    [Parameter]
    [ValidateSet("2", "3")]
    public string? Generation { get; set; }

    /// <summary>Returns everything that was found about each config, instead of one True or False for all of them.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private readonly Verdict _verdict = new();

    /// <inheritdoc/>
    protected override void ProcessJson(byte[] json, string source)
    {
        var validation = IgnitionValidator.Validate(json, Generation is null ? null : Generation == "2" ? 2 : 3);
        if (Detailed)
        {
            WriteObject(validation);
            return;
        }
        foreach (var entry in validation.Entries)
        {
            WriteWarning($"{entry.KindText}: {Reports.Line(source, entry)}{(entry.Path.Length > 0 ? $" ($.{Printable.Name(entry.Path)})" : "")}");
        }
        if (validation.Remedy is { } remedy)
        {
            WriteWarning($"{source}: {remedy}");
        }
        _verdict.Add(validation.IsValid);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (!Detailed)
        {
            WriteObject(_verdict.IsGood && !HasReported);
        }
    }
}
