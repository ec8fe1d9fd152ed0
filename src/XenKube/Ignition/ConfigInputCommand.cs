using System.Management.Automation;

namespace XenKube.Commands.Ignition;

/// <summary>The base of cmdlets that take configs: in files, of nodes, or as text or bytes from the pipeline.</summary>
public abstract class ConfigInputCommand : FileCommand
{
    private const string TextSet = "Text";

    private PipedDocuments? _documents;

    /// <summary>
    /// A config as text, or a node or file that has one. Lines and bytes, as Get-Content reads them, are joined to one config for each
    /// file.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TextSet)]
    [AllowEmptyString]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The property of a node that names the file to read.</summary>
    private protected abstract string NodeProperty { get; }

    /// <summary>True where the configs are JSON objects.</summary>
    private protected abstract bool IsJson { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != TextSet)
        {
            base.ProcessRecord();
        }
        else if (InputObject is not null)
        {
            Take(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Take(_documents?.End() ?? []);

    /// <summary>Does the cmdlet's work for a config that is not in a file.</summary>
    /// <param name="text">The bytes of the config.</param>
    protected abstract void ProcessText(byte[] text);

    private void Take(PSObject item)
    {
        _documents ??= new PipedDocuments(IsJson);
        if (item.BaseObject is object[] items)
        {
            // -InputObject with an array; from the pipeline its elements come one by one.
            foreach (var element in items)
            {
                Take(PSObject.AsPSObject(element));
            }
        }
        else if (FileOf(item) is { } path)
        {
            Take(_documents.End());
            foreach (var file in Files(null, [path], ReadsDrives))
            {
                Guard(file, () => ProcessFile(file));
            }
        }
        else
        {
            Take(_documents.Add(item));
        }
    }

    private void Take(IEnumerable<byte[]> documents)
    {
        foreach (var document in documents)
        {
            Guard(null, () => ProcessText(document));
        }
    }

    /// <summary>The file that an object stands for: that of a node, or a file itself; null for text.</summary>
    private string? FileOf(PSObject item) =>
        item.BaseObject is string or byte or byte[] ? null
        : item.Properties[NodeProperty]?.Value as string ?? item.Properties["PSPath"]?.Value as string
            ?? (item.BaseObject as System.IO.FileSystemInfo)?.FullName;
}
