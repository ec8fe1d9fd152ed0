using System.Net;
using XenKube.Hosting;

namespace XenKube.Cli.Quickstart;

/// <summary>The sample release that comes with the program, served on loopback as CoreOS served theirs.</summary>
internal sealed class SampleRelease : IDisposable
{
    private const string KeyName = "Sample_Image_Signing_Key.asc";

    private IgnitionServer? _server;

    /// <summary>Where the releases are.</summary>
    public string ReleaseUri => new Uri(_server!.Uri, "release").AbsoluteUri;

    public IEnumerable<string> Serve()
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "sample");
        if (!Directory.Exists(Path.Combine(directory, "release")))
        {
            throw new ItemNotFoundException(ErrorIds.SampleNotFound, directory, null, "the sample release did not come with this program",
                "Build it from the sources: dotnet run --project src/XenKube.Cli -- quickstart");
        }
        _server = IgnitionServer.Start(directory, IPAddress.Loopback);
        yield return ReleaseUri;
    }

    /// <summary>Downloads the signer's public key.</summary>
    public byte[] FetchKey()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return client.GetByteArrayAsync(new Uri(_server!.Uri, KeyName)).GetAwaiter().GetResult();
    }

    public void Dispose() => _server?.Dispose();
}
