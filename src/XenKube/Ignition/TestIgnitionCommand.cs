using System.Management.Automation;
using System.Text;
using XenKube.Ignition;
using XenKube.Ignition.Validation;

namespace XenKube.Commands;

/// <summary>Validates Ignition JSON as the guest's own Ignition does.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Ignition", DefaultParameterSetName = PathSet)]
[OutputType(typeof(bool), typeof(IgnitionValidation))]
public sealed class TestIgnitionCommand : FileCommand
{
    private const string TextSet = "Text";

    /// <summary>Paths of the files, taken as they are; of a node, its published config.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "IgnitionPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The JSON of a config, also as ConvertTo-Ignition returns it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TextSet)]
    [AllowEmptyString]
    public string? InputObject { get; set; }

    /// <summary>The generation whose rules hold: 2 or 3. Default: that of the version in the config.</summary>
    [Parameter]
    [ValidateSet("2", "3")]
    public string? Generation { get; set; }

    /// <summary>Returns all that was found, in place of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> NamedFiles => Files(Path, LiteralPath);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == TextSet)
        {
            Guard(null, () => Check(Encoding.UTF8.GetBytes(InputObject!), "input"));
        }
        else
        {
            base.ProcessRecord();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessFile(string path) => Check(ReadFile(path), path);

    private void Check(ReadOnlySpan<byte> json, string source)
    {
        var validation = IgnitionValidator.Validate(json, Generation is null ? null : Generation == "2" ? 2 : 3);
        if (Detailed)
        {
            WriteObject(validation);
            return;
        }
        foreach (var entry in validation.Entries)
        {
            WriteWarning($"{entry.KindText}: {Reports.Line(source, entry)}");
        }
        WriteObject(validation.IsValid);
    }
}
