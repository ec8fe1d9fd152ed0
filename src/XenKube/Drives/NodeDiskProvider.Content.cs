using System.Collections;
using System.Management.Automation.Provider;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

// The content of files.
public sealed partial class NodeDiskProvider
{
    /// <inheritdoc/>
    public IContentReader? GetContentReader(string path)
    {
        IContentReader? reader = null;
        Guard(path, place =>
        {
            var parameters = NodeDiskReaderParameters.Of(DynamicParameters);
            Warn(parameters);
            reader = new NodeDiskReader(place.OpenRead(), parameters, read => Guarded(path, read));
        });
        return reader;
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new NodeDiskReaderParameters();

    /// <inheritdoc/>
    public IContentWriter? GetContentWriter(string path)
    {
        IContentWriter? writer = null;
        Guard(path, place =>
        {
            place.RequireWritable();
            RequireTarget(place);
            var parameters = NodeDiskWriterParameters.Of(DynamicParameters);
            Warn(parameters);
            // The cmdlet has asked already.
            writer = new NodeDiskWriter(place, parameters, action => Guard(path, _ => action()), () => Stopping);
        });
        return writer;
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new NodeDiskWriterParameters();

    /// <inheritdoc/>
    public void ClearContent(string path)
    {
        // Set-Content asks for this first. It is left out there, so that old and new content change places in one edit.
        if (!NodeDiskWriterParameters.AreThese(DynamicParameters))
        {
            Guard(path, place =>
            {
                place.RequireWritable();
                if (place.Find() is null)
                {
                    throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath, place.Place,
                        "there is no such item");
                }
                if (ShouldProcess(place.FullName, "Clear content"))
                {
                    place.Edit(files => files.WriteFile(place.InnerPath, []));
                }
            });
        }
    }

    /// <inheritdoc/>
    public object? ClearContentDynamicParameters(string path) => null;

    private void Warn(NodeDiskContentParameters parameters)
    {
        foreach (var warning in parameters.Warnings)
        {
            WriteWarning(warning);
        }
    }

    // PowerShell loses what goes wrong when the content is written, in all but this: what can be known before is said before.
    private static void RequireTarget(NodeDiskPath place)
    {
        var there = place.Find();
        if (there is { Kind: FileSystemEntryKind.Directory })
        {
            throw new ItemExistsException(ErrorIds.FileExists, place.Drive.DiskPath, place.Place, "it is a directory", "Name a file in it");
        }
        if (there is { Kind: FileSystemEntryKind.Special })
        {
            throw new InvalidInputException(ErrorIds.FileInvalid, place.Drive.DiskPath, place.Place, "it is not a regular file",
                "Remove it first, or write another file");
        }
        if (there is null && place.Parent is { IsContainer: false } parent && parent.Find() is not null)
        {
            throw new XenKube.ItemNotFoundException(ErrorIds.DirectoryNotFound, place.Drive.DiskPath, parent.Place,
                "it is not a directory", "Name a file in a directory");
        }
        if (there is null && !place.Parent.IsContainer)
        {
            throw new XenKube.ItemNotFoundException(ErrorIds.DirectoryNotFound, place.Drive.DiskPath, place.Parent.Place,
                "there is no such directory", $"Make it with New-Item -ItemType Directory -Force '{place.Parent.FullName}'");
        }
    }

    private IList Guarded(string path, Func<IList> read)
    {
        IList result = Array.Empty<object>();
        Guard(path, _ => result = read());
        return result;
    }
}
