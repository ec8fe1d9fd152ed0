using System.Management.Automation;
using XenKube.Ignition.Decompiling;

namespace XenKube.Commands.Ignition;

/// <summary>Turns Ignition JSON into a config that people can edit; transpiled again, it gives the same JSON.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Ignition", DefaultParameterSetName = PathSet)]
[OutputType(typeof(IgnitionDecompilation))]
public sealed class ConvertFromIgnitionCommand : IgnitionJsonCommand
{
    /// <inheritdoc/>
    protected override void ProcessJson(byte[] json, string source)
    {
        var document = IgnitionDecompiler.Decompile(json);
        foreach (var note in document.Notes)
        {
            WriteWarning($"{source}: {note}");
        }
        WriteObject(document);
    }
}
