using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Ignition;
using XenKube.Ignition.Decompiling;

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
        else if (item.BaseObject is string or char or byte or byte[])
        {
            Take(_documents.Add(item));
        }
        else if (TextOf(new PipedObject(item)) is { } text)
        {
            Take([.. _documents.End(), System.Text.Encoding.UTF8.GetBytes(text)]);
        }
        else
        {
            Take(_documents.End());
            Guard(item.BaseObject, () =>
            {
                foreach (var file in Files(null, [.. FilesOf(item)], ReadsDrives))
                {
                    Guard(file, () => ProcessFile(file));
                }
            });
        }
    }

    private void Take(IEnumerable<byte[]> documents)
    {
        foreach (var document in documents)
        {
            Guard(null, () => ProcessText(document));
        }
    }

    /// <summary>The config that a record holds as text; null if it does not hold one.</summary>
    private string? TextOf(PipedObject item) =>
        IsJson && item.Is<IgnitionConfig>() ? item.Text(nameof(IgnitionConfig.Json))
        : !IsJson && item.Is<IgnitionDecompilation>() ? item.Text(nameof(IgnitionDecompilation.Text)) : null;

    /// <summary>The files that an object stands for: itself, or those of the nodes that it names.</summary>
    private IEnumerable<string> FilesOf(PSObject source)
    {
        var item = new PipedObject(source);
        return item.FilePath is { } path && item.Value is not DirectoryInfo ? [path] : NodesOf(source).Select(FileOf);
    }

    private string FileOf(Node node) => NodeProperty == nameof(Node.ConfigPath) ? node.ConfigPath : node.IgnitionPath;
}
