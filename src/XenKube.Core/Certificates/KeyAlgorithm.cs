namespace XenKube.Certificates;

/// <summary>The keys that are made for certificates.</summary>
public enum KeyAlgorithm
{
    /// <summary>RSA with 2048 bits, as the guide's.</summary>
    Rsa2048,

    /// <summary>ECDSA over the curve P-256 (FIPS 186-5): smaller, and made in a hundredth of the time.</summary>
    EcdsaP256,
}
