namespace XenKube.Images.Signatures;

/// <summary>What became of a signature. Only <see cref="Good"/> is success.</summary>
public enum SignatureVerdict
{
    /// <summary>The signature fits the file, and its key was in force when it was made.</summary>
    Good,

    /// <summary>The signature does not fit the file, or its date cannot be right.</summary>
    Bad,

    /// <summary>There is no usable key for it.</summary>
    UnknownKey,

    /// <summary>The key had ended when the signature was made.</summary>
    ExpiredKey,

    /// <summary>The key is revoked.</summary>
    RevokedKey,

    /// <summary>The signature itself has ended.</summary>
    ExpiredSignature,

    /// <summary>It asks for something that is not known or not accepted, such as a hash that is too weak.</summary>
    Unsupported,

    /// <summary>The signature file cannot be parsed, or holds no signature.</summary>
    Malformed,
}
