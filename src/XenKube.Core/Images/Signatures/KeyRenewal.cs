namespace XenKube.Images.Signatures;

/// <summary>How long a key can check what is signed from now on, and where a newer copy comes from.</summary>
public static class KeyRenewal
{
    /// <summary>A key that ends sooner than this is to be renewed.</summary>
    public static TimeSpan Notice { get; } = TimeSpan.FromDays(60);

    /// <summary>
    /// When the last of a key's signing subkeys ends; of a key without any, when the key itself does. Revoked ones have ended.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <returns>The end; null for never.</returns>
    public static DateTime? EndOf(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var subkeys = key.Subkeys.Where(subkey => subkey.CanSign).ToList();
        DateTime? end = subkeys.Count == 0 ? key.ExpiresUtc
            : subkeys.Any(subkey => subkey is { IsRevoked: false, ExpiresUtc: null }) ? null
            : subkeys.Max(subkey => subkey.RevokedUtc is { } revoked && revoked < (subkey.ExpiresUtc ?? DateTime.MaxValue)
                ? revoked : subkey.ExpiresUtc);
        // No subkey outlives its primary.
        var primary = key.RevokedUtc ?? key.ExpiresUtc;
        return end is null || primary < end ? primary ?? end : end;
    }

    /// <summary>Compares the copy of a known key with the trusted one.</summary>
    /// <param name="known">The known key.</param>
    /// <param name="trusted">The key as it is trusted; null if it is not.</param>
    public static KnownKeyState Compare(KnownKey known, SigningKey? trusted)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (trusted is null)
        {
            return KnownKeyState.NotTrusted;
        }
        var copy = known.Read();
        return HasMore(copy, trusted) ? KnownKeyState.KnownIsNewer : HasMore(trusted, copy)
            ? KnownKeyState.TrustedIsNewer : KnownKeyState.Same;
    }

    /// <summary>What to do for a key that is missing, or too old: never what was done already and did not help.</summary>
    /// <param name="known">The key, if XenKube knows it.</param>
    /// <param name="trusted">The key as it is trusted; null if it is not.</param>
    public static Remedy Advise(KnownKey? known, SigningKey? trusted)
    {
        if (known is null)
        {
            return
                (Remedy)$"Get the newer copy of the key from its owner and import the file: {new RemedyAction(RemedyActionKind.ImportKey, "FILE")}";
        }
        return Compare(known, trusted) switch
        {
            KnownKeyState.NotTrusted =>
                (Remedy)$"If you trust {known.Description}, import its key: {new RemedyAction(RemedyActionKind.ImportKnownKey, known.Name)}; import any other key from its file",
            KnownKeyState.KnownIsNewer =>
                (Remedy)$"Import the newer copy that comes with XenKube: {new RemedyAction(RemedyActionKind.ImportKnownKey, known.Name)}",
            _ when known.Source is { } source =>
                (Remedy)$"The copy that comes with XenKube is as old. Download the newer one from {source}, compare its fingerprint {known.Fingerprint}, and import the file: {new RemedyAction(RemedyActionKind.ImportKey, "FILE")}",
            _ =>
                (Remedy)$"There is no newer copy: {known.Description}. Images that it signed before stay good; to fetch newer ones, use another distribution, and stop trusting this key if you need none of its images",
        };
    }

    private static bool HasMore(SigningKey left, SigningKey right) => left.Subkeys.Any(subkey =>
        right.Subkeys.FirstOrDefault(other => other.Fingerprint == subkey.Fingerprint) is not { } other
        || (other.ExpiresUtc is { } end && (subkey.ExpiresUtc is null || subkey.ExpiresUtc > end))
        || (subkey.IsRevoked && !other.IsRevoked));
}
