namespace XenKube.Images.Signatures;

/// <summary>How the copy of a key that comes with XenKube compares with the trusted one.</summary>
public enum KnownKeyState
{
    /// <summary>The key is not trusted.</summary>
    NotTrusted,

    /// <summary>Both have the same subkeys.</summary>
    Same,

    /// <summary>The copy has subkeys, or a later end of one, that the trusted key lacks.</summary>
    KnownIsNewer,

    /// <summary>The trusted key has subkeys that the copy lacks.</summary>
    TrustedIsNewer,
}
