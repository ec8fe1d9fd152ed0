using System.Globalization;
using System.Text.Json.Nodes;
using XenKube.Certificates;
using XenKube.Clusters;
using XenKube.Files;
using XenKube.Networks;

namespace XenKube.Kube;

/// <summary>Writes kubeconfigs of clusters as kubectl writes them.</summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="clock">The clock; null for this host's.</param>
public sealed class KubeConfigs(XenDirectory directory, TimeProvider? clock = null)
{
    /// <summary>The file that kubectl uses: KUBECONFIG, or <c>~/.kube/config</c>.</summary>
    public static string UsualPath => KubeConfigFile.UsualPath();

    /// <summary>
    /// Puts a cluster, its administrator and a context for both into a kubeconfig. All else that the file says stays, what no kubectl knows
    /// included. The file is for its owner alone.
    /// </summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="options">Names, address, file.</param>
    /// <param name="cancellationToken">Ends the wait for another program that changes the file.</param>
    /// <exception cref="ItemNotFoundException">The cluster has no certificate authority.</exception>
    /// <exception cref="InvalidInputException">The file is not a kubeconfig, or no address is known.</exception>
    public KubeConfig Write(string cluster, KubeConfigOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new KubeConfigOptions();
        new ClusterStore(directory).Get(cluster);
        var path = Path.GetFullPath(options.Path ?? UsualPath);
        var (userName, contextName) = (NameOf(options.UserName, $"{cluster}-admin"), NameOf(options.ContextName, cluster));
        var server = options.Server is null ? null : Check(options.Server);
        // Before anything is made: a file that is not a kubeconfig, and an address that is not known.
        server ??= KubeConfigDocument.Text(KubeConfigFile.TryRead(path)?.Cluster(cluster), "server") ?? UsualServer(cluster);
        var credentials = new KubeCredentialStore(directory, clock ?? TimeProvider.System)
            .GetOrCreate(cluster, options.Group, options.Days, options.Force, cancellationToken);
        var current = "";
        KubeConfigFile.Change(path, document =>
        {
            var entry = document.NeedCluster(cluster);
            entry["server"] = server;
            entry.Remove("insecure-skip-tls-verify");
            Put(entry, "certificate-authority", credentials.AuthorityPath, path, options.UseFiles);
            var user = document.NeedUser(userName);
            Put(user, "client-certificate", credentials.CertificatePath, path, options.UseFiles);
            Put(user, "client-key", credentials.KeyPath, path, options.UseFiles);
            var context = document.NeedContext(contextName);
            (context["cluster"], context["user"]) = (cluster, userName);
            if (!options.KeepCurrentContext)
            {
                document.CurrentContext = contextName;
            }
            current = document.CurrentContext;
        }, cancellationToken);
        return new KubeConfig(path, contextName, cluster, userName, server)
            { CertificateNotAfter = credentials.NotAfter, IsCurrent = current == contextName, XenDir = directory.Path };
    }

    /// <summary>
    /// Puts a file into an entry: its content, or its path, which is relative to the kubeconfig if the file is below it, as with
    /// kubectl.
    /// </summary>
    private static void Put(JsonObject entry, string key, string file, string path, bool useFiles)
    {
        entry.Remove(useFiles ? $"{key}-data" : key);
        if (useFiles)
        {
            var relative = Path.GetRelativePath(Path.GetDirectoryName(path)!, file);
            entry[key] = relative.StartsWith("../", StringComparison.Ordinal) ? file : relative;
            return;
        }
        entry[$"{key}-data"] = Convert.ToBase64String(WholeFile.Read(file, FileLimits.Certificate, regularOnly: true));
    }

    private static string NameOf(string? name, string usual) => name is null ? usual
        : name.Length > 0 && !name.Any(char.IsControl) ? name
        : throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{Printable.Of(name)}' is not the name of an entry");

    private static string Check(Uri server) =>
        server is { IsAbsoluteUri: true, Scheme: "https", UserInfo: "", Query: "", Fragment: "" } ? server.OriginalString.TrimEnd('/')
            : throw new InvalidInputException(ErrorIds.KubeServerInvalid, null, null,
                $"'{Printable.Of(server.OriginalString)}' is not the address of an API server", "Name a server as https://ADDRESS:PORT");

    private string UsualServer(string cluster)
    {
        // The guide's master has the first of its cluster's ten addresses.
        var address = new NodeStore(directory).List(new NodeName(cluster, "*")).Select(node => node.IPAddress)
            .Select(text => text is null ? null : AddressText.IPv4(text) ?? AddressText.IPv6(text)).OfType<System.Net.IPAddress>()
            .MinBy(found => Convert.ToHexString(found.MapToIPv6().GetAddressBytes()), StringComparer.Ordinal)
            ?? throw new InvalidInputException(ErrorIds.NodeAddressMissing, null, cluster,
                "no node of the cluster has a reserved IP address, so the address of its API server is not known",
                $"Name the server ({RemedyActionKind.ServerOption}), or reserve addresses: {RemedyActionKind.ReserveAddresses}");
        return string.Create(CultureInfo.InvariantCulture, $"https://{new System.Net.IPEndPoint(address, KubeConfigOptions.UsualPort)}");
    }
}
