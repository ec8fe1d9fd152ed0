using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Etcd;

/// <summary>
/// Takes the steps of <see cref="AuthorityRoll"/> only when every member of the etcd cluster is ready for the step: it trusts the next
/// authority before that signs, and presents certificates of the next authority before the one before it is not trusted any more.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="timeout">The longest time that a member may take to answer; null for five seconds.</param>
public sealed class EtcdAuthorityRoll(XenDirectory directory, TimeSpan? timeout = null)
{
    private readonly TimeSpan _timeout = timeout ?? TimeSpan.FromSeconds(5);

    /// <summary>The step that follows the one that was taken last.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public AuthorityRollStep NextStep(string cluster) => new AuthorityRoll(directory).StepOf(cluster) switch
    {
        AuthorityRollStep.None => AuthorityRollStep.Bundle,
        AuthorityRollStep.Bundle => AuthorityRollStep.Switch,
        _ => AuthorityRollStep.Drop,
    };

    /// <summary>Takes the next step.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="algorithm">For the first step: the kind of the next authority's key; null for that of the one before it.</param>
    /// <param name="years">For the first step: years of validity.</param>
    /// <param name="force">True to take the step although a member is not ready, or does not answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The authority that the step is about: the next one.</returns>
    /// <exception cref="OperationFailedException">A member is not ready.</exception>
    public CertificateAuthority Take(string cluster, KeyAlgorithm? algorithm = null, int years = CertificateOptions.UsualYears,
        bool force = false, CancellationToken cancellationToken = default)
    {
        var roll = new AuthorityRoll(directory);
        var step = NextStep(cluster);
        if (!force && step != AuthorityRollStep.Bundle)
        {
            foreach (var member in new EtcdClusters(directory).Get(cluster).Members)
            {
                Require(cluster, step, member, cancellationToken);
            }
        }
        switch (step)
        {
            case AuthorityRollStep.Bundle:
                return roll.Bundle(cluster, algorithm, years, cancellationToken);
            case AuthorityRollStep.Switch:
                roll.Switch(cluster, cancellationToken);
                return new CertificateStore(directory).GetAuthority(cluster);
            default:
                return roll.Drop(cluster, cancellationToken);
        }
    }

    private void Require(string cluster, AuthorityRollStep step, EtcdMember member, CancellationToken cancellationToken)
    {
        if (member.Node is not { } node)
        {
            return;
        }
        var reason = CertificatePublisher.IsRunning(directory, node)
            ? step == AuthorityRollStep.Switch ? AskTrust(cluster, member, cancellationToken)
                : AskPresented(cluster, node, cancellationToken)
            : step == AuthorityRollStep.Switch ? LookAtDisk(cluster, node, cancellationToken) : null;
        if (reason is not null)
        {
            throw new OperationFailedException(ErrorIds.AuthorityRollUnsafe, null, node.FullName, reason,
                $"Bring the certificates to the node and restart its etcd: {new RemedyAction(RemedyActionKind.RestartWithCertificates, node.FullName)}");
        }
    }

    /// <summary>A member that trusts the next authority lets in a client that it signed. No file says what etcd has read.</summary>
    private string? AskTrust(string cluster, EtcdMember member, CancellationToken cancellationToken)
    {
        if (new AuthorityRoll(directory).Next(cluster) is not { } next || member.ClientUri is not { } uri)
        {
            return null;
        }
        using var nextKey = next.Key;
        using var key = PrivateKey.Create(KeyAlgorithm.EcdsaP256);
        using var client = CertificateIssuer.Create(key, $"{cluster}-roll", CertificateUsages.Client, [], days: 1, DateTimeOffset.UtcNow,
            next.Certificate, nextKey);
        using var own = key.AttachTo(client);
        using var gateway = new EtcdGateway(directory.Layout.CertificateAuthorityPath(cluster), own, _timeout);
        var answer = gateway.PostAsync(uri, "/v3/maintenance/status", "{}", cancellationToken).GetAwaiter().GetResult();
        return answer.Reason is null || answer.IsRefused ? null
            : $"its etcd does not let in a client of the next authority yet ({answer.Reason})";
    }

    private string? AskPresented(string cluster, Node node, CancellationToken cancellationToken)
    {
        var authority = CertificateFile.TryRead(directory.Layout.CertificateAuthorityPath(cluster))![0];
        foreach (var one in new CertificateFinder(directory).List(node, CertificateSource.Endpoint, cancellationToken))
        {
            var known = new CertificateStore(directory).List(node).Any(file => file.Fingerprint == one.Fingerprint
                && CertificateRules.Chain(CertificateFile.TryRead(file.Path)![0], [authority]) is null);
            if (!known)
            {
                return $"its etcd presents a certificate ({one.Serial}) that the next authority did not sign";
            }
        }
        return null;
    }

    private string? LookAtDisk(string cluster, Node node, CancellationToken cancellationToken)
    {
        if (new AuthorityRoll(directory).Next(cluster) is not { } next)
        {
            return null;
        }
        next.Key.Dispose();
        var found = NodeCertificates.OnDisk(node, cancellationToken);
        return found.Directory is { } folder && found.Files.TryGetValue($"{folder}/{CertificateLayout.NodeAuthorityFile}", out var pem)
            && !CertificateFile.Parse(pem, node.DiskPath)
                .Any(one => one.RawDataMemory.Span.SequenceEqual(next.Certificate.RawDataMemory.Span))
            ? "its disk does not have the next authority yet" : null;
    }
}
