namespace XenKube.Parsing.OpenPgp;

/// <summary>Public-key algorithms by their number in OpenPGP, RFC 4880 section 9.1. Other numbers occur and are not known.</summary>
public enum OpenPgpKeyAlgorithm
{
    /// <summary>No algorithm.</summary>
    None = 0,

    /// <summary>RSA for anything.</summary>
    Rsa = 1,

    /// <summary>RSA, encryption only.</summary>
    RsaEncrypt = 2,

    /// <summary>RSA, signatures only.</summary>
    RsaSign = 3,

    /// <summary>Elgamal, encryption only.</summary>
    Elgamal = 16,

    /// <summary>DSA.</summary>
    Dsa = 17,

    /// <summary>Diffie-Hellman over elliptic curves, encryption only (RFC 6637).</summary>
    Ecdh = 18,

    /// <summary>ECDSA (RFC 6637).</summary>
    Ecdsa = 19,

    /// <summary>EdDSA over Curve25519 as GnuPG has it.</summary>
    EdDsa = 22,
}
