using System.Management.Automation;
using XenKube.Ignition.Decompiling;

namespace XenKube.Commands.Ignition;

/// <summary>Turns Ignition JSON into a config that people can edit; transpiled again, it gives the same JSON.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Ignition", DefaultParameterSetName = PathSet)]
[Alias("ConvertFrom-XenIgnition")]
[OutputType(typeof(IgnitionDecompilation), typeof(string))]
public sealed class ConvertFromIgnitionCommand : IgnitionJsonCommand
{
    /// <summary>
    /// The variant of the document: clc for generation 2; flatcar, fcos, r4e or fiot for generation 3. Default: clc or flatcar; fcos where
    /// flatcar has no version for the config.
    /// </summary>
    [Parameter]
    [ValidateSet("clc", "flatcar", "fcos", "r4e", "fiot")]
    public string? Variant { get; set; }

    /// <summary>Returns the document as text, for redirection to a file.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override void ProcessJson(byte[] json, string source)
    {
        var document = IgnitionDecompiler.Decompile(json, Variant?.ToLowerInvariant());
        foreach (var note in document.Notes)
        {
            WriteWarning($"{source}: {note}");
        }
        WriteObject(Raw ? document.Text : document);
    }
}
