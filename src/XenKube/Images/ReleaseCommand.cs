using System.Management.Automation;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>The base of cmdlets that ask a release server.</summary>
public abstract class ReleaseCommand : XenDirCommand
{
    /// <summary>Whose images: CoreOS Container Linux, Flatcar, or Fedora CoreOS.</summary>
    [Parameter]
    public ImageDistribution Distribution { get; set; }

    /// <summary>The channel of the release server, or the stream of Fedora CoreOS.</summary>
    [Parameter]
    [Alias("Stream")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(Completion.ChannelCompleter))]
    public string Channel { get; set; } = "stable";

    /// <summary>
    /// A mirror, used instead of the distribution's own server: an http, https or file URI, or a directory, that holds BOARD/VERSION/IMAGE,
    /// or streams/STREAM.json of Fedora CoreOS. {channel} in it stands for the channel. Default: the mirror in the settings.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>The kind of machine. Default: amd64-usr.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Board { get; set; } = "amd64-usr";

    /// <summary>
    /// The file name of the image on the server. Default: Container Linux' image for Xen, and Flatcar's image for all machines.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ImageName { get; set; }

    /// <summary>Opens the server that the parameters name.</summary>
    /// <param name="mirror">The mirror of the settings; null for none.</param>
    protected ReleaseServer OpenServer(string? mirror) => new(new ReleaseServerOptions
    {
        Distribution = Distribution,
        Channel = Channel,
        Board = Board,
        BaseUri = BaseUri is null ? mirror : Uri.TryCreate(BaseUri, UriKind.Absolute, out var uri) && !uri.IsFile
            ? BaseUri : BaseUri.StartsWith("file:", StringComparison.Ordinal) ? BaseUri : Resolve(BaseUri),
        ImageName = ImageName,
    });
}
