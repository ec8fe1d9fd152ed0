using System.Management.Automation;
using XenKube.Commands.Completion;
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
    /// or streams/STREAM.json of Fedora CoreOS. {channel} and {distribution} in it stand for the channel and for coreos, flatcar or
    /// fedora-coreos. Default: the mirror in the settings.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>The kind of machine. Default: amd64-usr.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BoardCompleter))]
    public string Board { get; set; } = "amd64-usr";

    /// <summary>
    /// The file name of the image on the server. Default: Container Linux' image for Xen, and Flatcar's image for all machines.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ImageName { get; set; }

    /// <summary>Opens the server that the parameters name.</summary>
    /// <param name="mirror">The mirror of the settings; null for none.</param>
    /// <param name="release">A release that was piped: its distribution, channel and board count where none is given.</param>
    protected ReleaseServer OpenServer(string? mirror, PSObject? release = null)
    {
        var piped = release is null ? null : new PipedObject(release);
        var isRelease = piped?.Is<ImageRelease>() == true;
        string Given(string name, string value) => !isRelease || IsGiven(name) ? value : piped!.Text(name) ?? value;
        return new(new ReleaseServerOptions
        {
            Distribution = Enum.TryParse<ImageDistribution>(Given(nameof(Distribution), $"{Distribution}"), out var known)
                ? known : Distribution,
            Channel = Given(nameof(Channel), Channel),
            Board = Given(nameof(Board), Board),
            BaseUri = BaseUri is null ? mirror : Uri.TryCreate(BaseUri, UriKind.Absolute, out var uri) && !uri.IsFile
                ? BaseUri : BaseUri.StartsWith("file:", StringComparison.Ordinal) ? BaseUri : Resolve(BaseUri),
            ImageName = ImageName,
        });
    }

    /// <summary>Whether a parameter was given.</summary>
    /// <param name="name">Its name.</param>
    private protected bool IsGiven(string name) => MyInvocation.BoundParameters.ContainsKey(name);
}
