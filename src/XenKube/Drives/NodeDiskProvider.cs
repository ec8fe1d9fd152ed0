using System.Management.Automation;
using System.Management.Automation.Provider;

namespace XenKube.Commands.Drives;

/// <summary>The provider of drives over disk images: <c>cd node-1:/ROOT/etc</c>. Every change is one edit of the file system.</summary>
[CmdletProvider("NodeDisk", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.GetItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.GetChildItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.NewItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.CopyItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.MoveItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.RenameItem)]
[OutputType(typeof(PSObject), ProviderCmdlet = ProviderCmdlet.GetItemProperty)]
[OutputType(typeof(PSObject), ProviderCmdlet = ProviderCmdlet.SetItemProperty)]
[OutputType(typeof(byte), typeof(string), ProviderCmdlet = ProviderCmdlet.GetContent)]
public sealed partial class NodeDiskProvider : NavigationCmdletProvider, IContentCmdletProvider, IPropertyCmdletProvider, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _linksOfWalk = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    protected override PSDriveInfo? NewDrive(PSDriveInfo drive)
    {
        if (drive is NodeDiskDrive)
        {
            return drive;
        }
        WriteError(Errors.Record(new InvalidInputException(ErrorIds.DriveInvalid, drive?.Name, null,
            "drives over disk images are made by another command", "Use Mount-NodeDisk"), drive));
        return null;
    }

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as NodeDiskDrive)?.Dispose();
        return drive;
    }

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path);

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string root)
    {
        var trimmed = path.TrimEnd('/');
        var at = trimmed.LastIndexOf('/');
        // The drive's own path ends in a slash, as the root of Linux does.
        return at < 0 ? "" : trimmed.IndexOf('/', StringComparison.Ordinal) == at && trimmed[..at].EndsWith(':')
            ? trimmed[..(at + 1)] : trimmed[..at];
    }

    /// <inheritdoc/>
    protected override string GetChildName(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed.LastIndexOf('/') is >= 0 and var at ? trimmed[(at + 1)..] : path;
    }

    // PowerShell joins paths that begin with the provider's name, whose backslash has to stay one.
    /// <inheritdoc/>
    protected override string MakePath(string parent, string child)
    {
        if (string.IsNullOrEmpty(parent))
        {
            return child ?? "";
        }
        var name = (child ?? "").Replace('\\', '/').TrimStart('/');
        return parent.EndsWith('/') ? parent + name : $"{parent}/{name}";
    }

    private NodeDiskPath Place(string path) => NodeDiskPath.Parse(path, name =>
        ProviderInfo.Drives.OfType<NodeDiskDrive>().FirstOrDefault(drive =>
            string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase)), PSDriveInfo as NodeDiskDrive);

    // Questions about paths that cannot be are answered with no; PowerShell asks them while one types.
    private bool Ask(string path, Func<NodeDiskPath, bool> question)
    {
        try
        {
            return question(Place(path));
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    private void Guard(string path, Action<NodeDiskPath> action)
    {
        try
        {
            action(Place(path));
        }
        catch (XenKubeException error)
        {
            WriteError(Errors.Record(error, path));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
