using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Certificates;

/// <summary>
/// Whether the certificates of a cluster do what they are for: by the files on this host, by what nodes get and have, and by what they
/// present. Nothing is changed.
/// </summary>
public sealed class CertificateCheck
{
    private readonly XenDirectory _directory;
    private readonly CertificateCheckOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Opens the certificates of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="options">What is looked at; null for the usual.</param>
    /// <param name="clock">The clock; null for this host's.</param>
    public CertificateCheck(XenDirectory directory, CertificateCheckOptions? options = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _options, _clock) = (directory, options ?? new CertificateCheckOptions(), clock ?? TimeProvider.System);
    }

    /// <summary>Checks the authority of a cluster.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public IReadOnlyList<CheckResult> Run(string cluster)
    {
        var path = _directory.Layout.CertificateAuthorityPath(ItemName.Check(cluster, "cluster"));
        var keyPath = _directory.Layout.CertificateAuthorityKeyPath(cluster);
        return [.. new AuthorityChecks(cluster, path, keyPath, _clock.GetUtcNow()).Run()
            .Select(result => result with { Target = cluster })];
    }

    /// <summary>Checks the certificates of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<CheckResult> Run(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        _directory.RequireOwn(node);
        var authorities = TryReadAuthorities(node.Cluster);
        IReadOnlyList<LoadedCertificate> files = [.. CertificateProfile.All.Select(profile => LoadedCertificate.Read(profile,
            CertificateLayout.Path(_directory.Layout, node, profile), CertificateLayout.KeyPath(_directory.Layout, node, profile)))];
        var results = new List<CheckResult>();
        var places = new CertificatePlaces(node, authorities, files, _options, cancellationToken);
        foreach (var source in Sources(node, results))
        {
            cancellationToken.ThrowIfCancellationRequested();
            results.AddRange(source switch
            {
                CertificateSource.File => new CertificateFileChecks(node, authorities, files, _options.Days, _clock.GetUtcNow()).Run(),
                CertificateSource.Config => places.Config(),
                CertificateSource.Disk => places.Disk(),
                _ => places.Ports(),
            });
        }
        return [.. results.Select(result => result with { Target = node.FullName })];
    }

    private X509Certificate2Collection TryReadAuthorities(string cluster)
    {
        try
        {
            return CertificateFile.TryRead(_directory.Layout.CertificateAuthorityPath(cluster)) ?? [];
        }
        catch (XenKubeException)
        {
            // The check of the authority says what is wrong with it.
            return [];
        }
    }

    private IReadOnlyList<CertificateSource> Sources(Node node, List<CheckResult> results)
    {
        if (_options.Sources is { } chosen)
        {
            return chosen;
        }
        var sources = new List<CertificateSource> { CertificateSource.File };
        if (File.Exists(node.IgnitionPath))
        {
            sources.Add(CertificateSource.Config);
        }
        if (!node.HasDisk)
        {
            return sources;
        }
        try
        {
            sources.Add(NodeCertificates.StateOf(_directory, node) is XenGuestState.Halted or XenGuestState.Saved
                ? CertificateSource.Disk : CertificateSource.Endpoint);
        }
        catch (XenKubeException e)
        {
            results.Add(new CheckResult("guest", CheckStatus.Warn, $"whether it runs is not known: {e.Fault}", e.Advice));
        }
        return sources;
    }
}
