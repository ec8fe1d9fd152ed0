using System.Management.Automation;
using System.Text;
using XenKube.Ignition.Decompiling;

namespace XenKube.Commands;

/// <summary>Makes a config that people can edit out of Ignition JSON: transpiled again, it gives the same JSON.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Ignition", DefaultParameterSetName = PathSet)]
[OutputType(typeof(IgnitionDecompilation))]
public sealed class ConvertFromIgnitionCommand : FileCommand
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

    /// <inheritdoc/>
    protected override IReadOnlyList<string> NamedFiles => Files(Path, LiteralPath);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == TextSet)
        {
            Guard(null, () => Write(Encoding.UTF8.GetBytes(InputObject!), "input"));
        }
        else
        {
            base.ProcessRecord();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessFile(string path) => Write(ReadFile(path), path);

    private void Write(byte[] json, string source)
    {
        var document = IgnitionDecompiler.Decompile(json);
        foreach (var note in document.Notes)
        {
            WriteWarning($"{source}: {note}");
        }
        WriteObject(document);
    }
}
