using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;
using XenKube.Files;

namespace XenKube.Certificates;

/// <summary>
/// Replaces the certificate authority of a cluster in three steps: the nodes trust the next one too, the next one signs, the nodes trust
/// the next one alone. Between the steps the files are brought to the nodes. Here only files of this host change, and a step that was
/// interrupted can be taken again.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="clock">The clock; null for this host's.</param>
public sealed class AuthorityRoll(XenDirectory directory, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>The step that was taken last.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <exception cref="ItemNotFoundException">The cluster has no authority.</exception>
    public AuthorityRollStep StepOf(string cluster)
    {
        var (bundle, next) = Read(cluster);
        using (next)
        {
            return next is not null && bundle.Any(next.BelongsTo) ? AuthorityRollStep.Bundle
                : bundle.Count > 1 ? AuthorityRollStep.Switch : AuthorityRollStep.None;
        }
    }

    /// <summary>
    /// Makes the next authority and puts its certificate beside the one that is there. Nothing is signed by the next authority yet.
    /// </summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="algorithm">The kind of its key; null for that of the authority before it.</param>
    /// <param name="years">Years of validity, from 1 to 100.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The next authority.</returns>
    /// <exception cref="ItemExistsException">A replacement has begun already.</exception>
    public CertificateAuthority Bundle(string cluster, KeyAlgorithm? algorithm = null, int years = CertificateOptions.UsualYears,
        CancellationToken cancellationToken = default)
    {
        RequireStep(cluster, AuthorityRollStep.None);
        using var held = directory.Lock($"replacing of the certificate authority of {cluster}", cancellationToken);
        using var present = AuthorityPair.Open(directory.Layout, cluster, _clock.GetUtcNow());
        using var key = PrivateKey.Create(algorithm
            ?? (present.Certificate.GetECDsaPublicKey() is null ? KeyAlgorithm.Rsa2048 : KeyAlgorithm.EcdsaP256));
        using var next = CertificateIssuer.CreateAuthority(key, cluster, Environment.MachineName, years, _clock.GetUtcNow());
        key.Write(directory.Layout.NextCertificateAuthorityKeyPath(cluster));
        CertificateFile.Write(directory.Layout.CertificateAuthorityPath(cluster), [.. present.Bundle, next]);
        return new CertificateStore(directory, _clock).Describe(cluster, next, directory.Layout.NextCertificateAuthorityKeyPath(cluster));
    }

    /// <summary>Has the next authority sign: every certificate of the nodes that the one before it signed is made again.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends it between two certificates; the step is taken again then.</param>
    /// <returns>The certificates that were made.</returns>
    public IReadOnlyList<ClusterCertificate> Switch(string cluster, CancellationToken cancellationToken = default)
    {
        using (var held = directory.Lock($"replacing of the certificate authority of {cluster}", cancellationToken))
        {
            var (bundle, next) = Read(cluster);
            using (next)
            {
                if (next is not null)
                {
                    var own = bundle.First(next.BelongsTo);
                    // Interrupted after the first write, the key belongs to no first certificate, and nothing is signed.
                    next.Write(directory.Layout.CertificateAuthorityKeyPath(cluster));
                    CertificateFile.Write(directory.Layout.CertificateAuthorityPath(cluster), [own, .. bundle.Where(one => one != own)]);
                    HostFile.Remove(directory.Layout.NextCertificateAuthorityKeyPath(cluster));
                }
            }
        }
        RequireStep(cluster, AuthorityRollStep.Switch);
        var store = new CertificateStore(directory, _clock);
        var made = new List<ClusterCertificate>();
        foreach (var node in new NodeStore(directory).List(new NodeName(cluster, "*")))
        {
            CertificateRole[] old = [.. Unswitched(node).Select(one => one.Role)];
            if (old.Length > 0)
            {
                made.AddRange(store.Renew(node, new CertificateOptions { Roles = old }, cancellationToken));
            }
        }
        return made;
    }

    /// <summary>Takes the authority before away. Nothing that it signed is trusted any more once the nodes have the file.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The authority that is left.</returns>
    /// <exception cref="OperationFailedException">A certificate of a node is still signed by the authority before.</exception>
    public CertificateAuthority Drop(string cluster, CancellationToken cancellationToken = default)
    {
        RequireStep(cluster, AuthorityRollStep.Switch);
        if (new NodeStore(directory).List(new NodeName(cluster, "*")).SelectMany(Unswitched).FirstOrDefault() is { } old)
        {
            throw new OperationFailedException(ErrorIds.AuthorityRollUnsafe, old.Path, null,
                "the authority that would not be trusted any more signed this certificate",
                $"Make it again: {new RemedyAction(RemedyActionKind.RenewCertificates, old.Node.FullName)}");
        }
        using var held = directory.Lock($"replacing of the certificate authority of {cluster}", cancellationToken);
        using var present = AuthorityPair.Open(directory.Layout, cluster, _clock.GetUtcNow());
        CertificateFile.Write(directory.Layout.CertificateAuthorityPath(cluster), present.Certificate);
        return new CertificateStore(directory, _clock).GetAuthority(cluster);
    }

    /// <summary>The next authority with its key, for a question to a member; null if none is trusted besides yet.</summary>
    internal (X509Certificate2 Certificate, PrivateKey Key)? Next(string cluster)
    {
        var (bundle, next) = Read(cluster);
        if (next is not null && bundle.FirstOrDefault(next.BelongsTo) is { } certificate)
        {
            return (certificate, next);
        }
        next?.Dispose();
        return null;
    }

    /// <summary>The certificates of a node that the authority which signs did not sign.</summary>
    private IEnumerable<ClusterCertificate> Unswitched(Node node)
    {
        var authority = CertificateFile.TryRead(directory.Layout.CertificateAuthorityPath(node.Cluster))![0];
        return new CertificateStore(directory, _clock).List(node).Where(one =>
            CertificateRules.Chain(CertificateFile.TryRead(one.Path)![0], [authority]) is not null);
    }

    private (X509Certificate2Collection Bundle, PrivateKey? Next) Read(string cluster)
    {
        var path = directory.Layout.CertificateAuthorityPath(ItemName.Check(cluster, "cluster"));
        var bundle = CertificateFile.TryRead(path) ?? throw AuthorityPair.Missing(path, cluster);
        return (bundle, PrivateKey.TryRead(directory.Layout.NextCertificateAuthorityKeyPath(cluster)));
    }

    private void RequireStep(string cluster, AuthorityRollStep step)
    {
        if (StepOf(cluster) is var present && present != step)
        {
            throw new ItemExistsException(ErrorIds.AuthorityRollBegun, directory.Layout.CertificateAuthorityPath(cluster), null,
                $"the replacement of the authority is at the step {present}, and not at {step}",
                "Take the next step; without a name of a step, that is the one that is taken");
        }
    }
}
