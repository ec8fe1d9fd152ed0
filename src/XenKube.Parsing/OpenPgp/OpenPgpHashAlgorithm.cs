namespace XenKube.Parsing.OpenPgp;

/// <summary>Hash algorithms by their number in OpenPGP, RFC 4880 section 9.4. Other numbers occur and are not known.</summary>
public enum OpenPgpHashAlgorithm
{
    /// <summary>No hash algorithm.</summary>
    None = 0,

    /// <summary>MD5, broken.</summary>
    MD5 = 1,

    /// <summary>SHA-1, broken for collisions.</summary>
    SHA1 = 2,

    /// <summary>RIPEMD-160.</summary>
    RIPEMD160 = 3,

    /// <summary>SHA-256.</summary>
    SHA256 = 8,

    /// <summary>SHA-384.</summary>
    SHA384 = 9,

    /// <summary>SHA-512.</summary>
    SHA512 = 10,

    /// <summary>SHA-224.</summary>
    SHA224 = 11,
}
