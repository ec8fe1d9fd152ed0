using System.Management.Automation;
using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>The base of cmdlets that download images into the store.</summary>
public abstract class ImageDownloadCommand : ReleaseCommand
{
    /// <summary>Accepts a downloaded image without checking its signature, with a warning.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <summary>Downloads an image, verifies it, and returns it. One that is in the store is verified only.</summary>
    /// <param name="store">The store.</param>
    /// <param name="version">The version, or current.</param>
    /// <param name="release">The release, if one was piped: its distribution, channel and board count where none is given.</param>
    protected void Download(ImageStore store, string version, PSObject? release = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        using var server = OpenServer(Directory.Settings.Mirror, release);
        var found = server.Resolve(version, StopToken);
        if (!Should($"Download {found.ImageUri} to {store.Directory}"))
        {
            return;
        }
        var download = RunWithProgress($"Getting {found}", (progress, token) =>
            new ImageDownloader(server, store, new TrustStore(Directory.KeysPath)).Download(found, SkipVerification, progress, token));
        WriteVerbose($"{download.Image.Path}: {Display.Size(download.Image.Size)} from {found.ImageUri}");
        foreach (var warning in download.Warnings)
        {
            WriteWarning(warning);
        }
        WriteObject(download.Image);
    }
}
