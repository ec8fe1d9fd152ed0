namespace XenKube.Certificates;

/// <summary>What the certificates of a role have: the end of their file's name and of their subject, usages, names.</summary>
/// <param name="Role">The role.</param>
/// <param name="Word">How the guide calls it: the end of the file's name, and of the common name.</param>
/// <param name="Usages">The usages that it needs.</param>
/// <param name="HasNames">Whether it names its node's addresses, because somebody connects to them.</param>
internal sealed record CertificateProfile(CertificateRole Role, string Word, CertificateUsages Usages, bool HasNames)
{
    /// <summary>
    /// All of them. The guide's profile of servers has no client authentication, and etcd's JSON gateway, which connects to etcd with
    /// the server's certificate, is dead with it ("certificate specifies an incompatible key usage").
    /// </summary>
    public static IReadOnlyList<CertificateProfile> All { get; } =
    [
        new(CertificateRole.EtcdServer, XenDirLayout.ServerCertificateWord, CertificateUsages.Server | CertificateUsages.Client,
            HasNames: true),
        new(CertificateRole.EtcdPeer, XenDirLayout.PeerCertificateWord, CertificateUsages.Server | CertificateUsages.Client,
            HasNames: true),
        new(CertificateRole.EtcdClient, XenDirLayout.ClientCertificateWord, CertificateUsages.Client, HasNames: false),
    ];

    /// <summary>The profile of a role.</summary>
    public static CertificateProfile Of(CertificateRole role) => All.First(profile => profile.Role == role);
}
