using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Certificates;

/// <summary>
/// The certificates of clusters, <c>guests/CLUSTER/certs</c>, with the names that the guide's program gives them. A directory that this
/// program made is as good as one that is made here.
/// </summary>
public sealed class CertificateStore
{
    private readonly XenDirectory _directory;
    private readonly TimeProvider _clock;

    /// <summary>Opens the certificates of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="clock">The clock; null for this host's.</param>
    public CertificateStore(XenDirectory directory, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _clock) = (directory, clock ?? TimeProvider.System);
    }

    /// <summary>The authority of a cluster; null where there is none.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <exception cref="InvalidInputException">Its file is not a certificate.</exception>
    public CertificateAuthority? FindAuthority(string cluster)
    {
        var path = _directory.Layout.CertificateAuthorityPath(ItemName.Check(cluster, "cluster"));
        return CertificateFile.TryRead(path) is [var certificate, ..] ? Describe(cluster, certificate) : null;
    }

    /// <summary>The authority of a cluster.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <exception cref="ItemNotFoundException">The cluster has none.</exception>
    /// <exception cref="InvalidInputException">Its file is not a certificate.</exception>
    public CertificateAuthority GetAuthority(string cluster) => FindAuthority(cluster)
        ?? throw AuthorityPair.Missing(_directory.Layout.CertificateAuthorityPath(cluster), cluster);

    /// <summary>Makes the authority of a cluster.</summary>
    /// <param name="cluster">Name of the cluster, which exists.</param>
    /// <param name="algorithm">The kind of its key.</param>
    /// <param name="years">Years of validity, from 1 to 100.</param>
    /// <param name="force">True to replace the one that is there: every certificate that it signed has to be made again then.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="ItemExistsException">There is one, or its key.</exception>
    public CertificateAuthority CreateAuthority(string cluster, KeyAlgorithm algorithm = KeyAlgorithm.Rsa2048,
        int years = CertificateOptions.UsualYears, bool force = false, CancellationToken cancellationToken = default)
    {
        RequireRange(years, 1, 100, "years of validity");
        new ClusterStore(_directory).Get(cluster);
        using var held = _directory.Lock($"making of the certificate authority of {cluster}", cancellationToken);
        return CreateAuthorityHeld(cluster, algorithm, years, force);
    }

    /// <summary>
    /// Makes the certificates of a node; an authority too where the cluster has none. A certificate that is still right is left alone:
    /// signed by the authority, valid now, for the node's names and its usages, with its key beside it.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="options">Keys, validity, further names, roles.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The certificates, whether they were made now or were right.</returns>
    /// <exception cref="InvalidInputException">The node has no address.</exception>
    public IReadOnlyList<ClusterCertificate> Create(Node node, CertificateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        options ??= new CertificateOptions();
        return Make(node, options, "making of certificates for", () => OpenOrCreateAuthority(node.Cluster, options.KeyAlgorithm
            ?? KeyAlgorithm.Rsa2048), (profile, authority) =>
            {
                var names = profile.HasNames ? NodeNames.Of(node, options.AdditionalNames) : [];
                var present = options.Force ? null : TryRead(node, profile);
                return present is not null && IsRight(node, profile, present, authority, names)
                    ? present : Issue(node, profile, names, options, authority);
            }, cancellationToken);
    }

    /// <summary>
    /// Makes certificates of a node again, with new keys, for the names that they have and those that the node has now.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="options">Keys, validity, further names, roles.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The new certificates.</returns>
    /// <exception cref="ItemNotFoundException">There is no authority, or the certificate is missing.</exception>
    public IReadOnlyList<ClusterCertificate> Renew(Node node, CertificateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        options ??= new CertificateOptions();
        return Make(node, options, "renewal of certificates of", () => AuthorityPair.Open(_directory.Layout, node.Cluster,
            _clock.GetUtcNow()), (profile, authority) =>
            {
                var present = CertificateFile.TryRead(CertificateLayout.Path(_directory.Layout, node, profile)) is [var first, ..] ? first
                    : throw MissingOf(node, profile);
                IReadOnlyList<string> names = profile.HasNames
                    ? NodeNames.Of(node, [.. CertificateFile.NamesOf(present), .. options.AdditionalNames]) : [];
                return Issue(node, profile, names, options, authority);
            }, cancellationToken);
    }

    /// <summary>The certificates of a node that are there, in the order of their roles.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="InvalidInputException">A file is not a certificate.</exception>
    public IReadOnlyList<ClusterCertificate> List(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        _directory.RequireOwn(node);
        return [.. CertificateProfile.All
            .Select(profile => (Profile: profile, Found: CertificateFile.TryRead(CertificateLayout.Path(_directory.Layout, node, profile))))
            .Where(item => item.Found is not null).Select(item => Describe(node, item.Profile, item.Found![0]))];
    }

    /// <summary>The error for a certificate that is not there.</summary>
    internal ItemNotFoundException MissingOf(Node node, CertificateProfile profile) =>
        new(ErrorIds.CertificateMissing, CertificateLayout.Path(_directory.Layout, node, profile), null, "the certificate does not exist",
            $"Make it: {new RemedyAction(RemedyActionKind.MakeCertificates, node.FullName)}");

    /// <summary>A certificate of a node as an object.</summary>
    internal ClusterCertificate Describe(Node node, CertificateProfile profile, X509Certificate2 certificate,
        CertificateSource source = CertificateSource.File, string? path = null, string? keyPath = null) =>
        new(node, profile.Role, certificate.Subject, path ?? CertificateLayout.Path(_directory.Layout, node, profile))
        {
            KeyPath = keyPath ?? (source == CertificateSource.File ? CertificateLayout.KeyPath(_directory.Layout, node, profile) : ""),
            Names = CertificateFile.NamesOf(certificate),
            Usages = CertificateFile.UsagesOf(certificate),
            Issuer = certificate.Issuer,
            KeyAlgorithm = CertificateFile.KeyOf(certificate),
            NotBefore = CertificateFile.Begin(certificate),
            NotAfter = CertificateFile.End(certificate),
            DaysLeft = DaysLeft(certificate),
            Serial = certificate.SerialNumber,
            Fingerprint = CertificateFile.FingerprintOf(certificate),
            Source = source,
        };

    /// <summary>One certificate for each role that is asked for, under the lock of the XENDIR.</summary>
    private List<ClusterCertificate> Make(Node node, CertificateOptions options, string work, Func<AuthorityPair> open,
        Func<CertificateProfile, AuthorityPair, X509Certificate2> make, CancellationToken cancellationToken)
    {
        RequireRange(options.Days, 1, SpanLimits.ValidityDays, "days of validity");
        _directory.RequireOwn(node);
        using var held = _directory.Lock($"{work} {node.FullName}", cancellationToken);
        using var authority = open();
        var made = new List<ClusterCertificate>();
        foreach (var profile in CertificateProfile.All.Where(profile => options.Roles.Count == 0 || options.Roles.Contains(profile.Role)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            made.Add(Describe(node, profile, make(profile, authority)));
        }
        return made;
    }

    private static void RequireRange(int value, int least, int most, string what)
    {
        if (value < least || value > most)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, $"{value} is not from {least} to {most} {what}");
        }
    }

    private CertificateAuthority CreateAuthorityHeld(string cluster, KeyAlgorithm algorithm, int years, bool force)
    {
        var path = _directory.Layout.CertificateAuthorityPath(cluster);
        var keyPath = _directory.Layout.CertificateAuthorityKeyPath(cluster);
        if (!force && Array.Find([keyPath, path], file => HostFile.Find(file, follow: false) is not null) is { } there)
        {
            throw new ItemExistsException(ErrorIds.CertificateAuthorityExists, there, null, "the cluster has a certificate authority",
                $"Keep it; after another one ({new RemedyAction(RemedyActionKind.RemakeCertificateAuthority, cluster)}) every certificate must be made again");
        }
        MakeDirectory(cluster);
        using var key = PrivateKey.Create(algorithm);
        using var certificate = CertificateIssuer.CreateAuthority(key, cluster, Environment.MachineName, years, _clock.GetUtcNow());
        // The key first: a certificate without its key would be taken for one whose key is elsewhere.
        key.Write(keyPath);
        CertificateFile.Write(path, certificate);
        return Describe(cluster, certificate);
    }

    private AuthorityPair OpenOrCreateAuthority(string cluster, KeyAlgorithm algorithm)
    {
        if (!File.Exists(_directory.Layout.CertificateAuthorityPath(cluster)))
        {
            CreateAuthorityHeld(cluster, algorithm, CertificateOptions.UsualYears, force: false);
        }
        return AuthorityPair.Open(_directory.Layout, cluster, _clock.GetUtcNow());
    }

    /// <summary>The directory of a cluster's certificates, which nobody but its owner may enter.</summary>
    private void MakeDirectory(string cluster)
    {
        var path = _directory.Layout.CertificatesPath(cluster);
        try
        {
            HostFile.MakeDirectory(path, PrivateFile.OwnerOnlyDirectory);
            PrivateFile.CloseToOwner(path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.DirectoryNotMade, path, null, e.Message, innerException: e);
        }
    }

    private X509Certificate2 Issue(Node node, CertificateProfile profile, IReadOnlyList<string> names, CertificateOptions options,
        AuthorityPair authority)
    {
        MakeDirectory(node.Cluster);
        var algorithm = options.KeyAlgorithm
            ?? (authority.Certificate.GetECDsaPublicKey() is null ? KeyAlgorithm.Rsa2048 : KeyAlgorithm.EcdsaP256);
        using var key = PrivateKey.Create(algorithm);
        var certificate = CertificateIssuer.Create(key, CertificateLayout.CommonName(node, profile), profile.Usages, names, options.Days,
            _clock.GetUtcNow(), authority.Certificate, authority.Key);
        // A program that starts between the two writes sees a key that does not belong, says so, and is started again by systemd.
        key.Write(CertificateLayout.KeyPath(_directory.Layout, node, profile));
        CertificateFile.Write(CertificateLayout.Path(_directory.Layout, node, profile), certificate);
        return certificate;
    }

    private X509Certificate2? TryRead(Node node, CertificateProfile profile)
    {
        try
        {
            return CertificateFile.TryRead(CertificateLayout.Path(_directory.Layout, node, profile))?[0];
        }
        catch (InvalidInputException)
        {
            // A file that is not a certificate is made again, as a wrong certificate is.
            return null;
        }
    }

    private bool IsRight(Node node, CertificateProfile profile, X509Certificate2 certificate, AuthorityPair authority,
        IReadOnlyList<string> names)
    {
        try
        {
            using var key = PrivateKey.TryRead(CertificateLayout.KeyPath(_directory.Layout, node, profile));
            return key is not null && key.BelongsTo(certificate)
                && CertificateRules.Chain(certificate, [authority.Certificate]) is null
                && CertificateRules.Dates(certificate, _clock.GetUtcNow()) is null
                && CertificateRules.Names(certificate, names) is null
                && CertificateRules.Usages(certificate, profile) is null;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    /// <summary>The authority of a cluster as an object.</summary>
    internal CertificateAuthority Describe(string cluster, X509Certificate2 certificate, string? ownKeyPath = null)
    {
        var keyPath = ownKeyPath ?? _directory.Layout.CertificateAuthorityKeyPath(cluster);
        return new CertificateAuthority(cluster, certificate.Subject, _directory.Layout.CertificateAuthorityPath(cluster), keyPath,
            _directory.Path)
        {
            KeyAlgorithm = CertificateFile.KeyOf(certificate),
            NotBefore = CertificateFile.Begin(certificate),
            NotAfter = CertificateFile.End(certificate),
            DaysLeft = DaysLeft(certificate),
            Fingerprint = CertificateFile.FingerprintOf(certificate),
            HasKey = FileStatus.TryRead(keyPath) is { IsRegularFile: true },
            Step = new AuthorityRoll(_directory, _clock).StepOf(cluster),
        };
    }

    private int DaysLeft(X509Certificate2 certificate) =>
        (int)Math.Floor((CertificateFile.End(certificate) - _clock.GetUtcNow()).TotalDays);
}
