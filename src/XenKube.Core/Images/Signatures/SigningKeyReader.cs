
namespace XenKube.Images.Signatures;

/// <summary>Makes the public record of a key out of what was judged of its certificate.</summary>
internal static class SigningKeyReader
{
    public static SigningKey Read(RingEntry entry, JudgedCertificate judged)
    {
        var primary = judged.Primary;
        var revocation = Worst(primary);
        return new SigningKey(primary.Key.Fingerprint, judged.UserIds, primary.Key.Name, primary.Key.Bits, primary.CanSign,
            ToDate(primary.Key.Created), ToDate(primary.Expires), ToDate(revocation?.Date), revocation?.ToString(),
            [.. judged.Subkeys.Select(Read)], entry.IsTrusted, entry.Source);
    }

    public static DateTime ToDate(long seconds) => DateTime.UnixEpoch.AddSeconds(seconds);

    private static SigningSubkey Read(BoundKey subkey)
    {
        var revocation = Worst(subkey);
        return new SigningSubkey(subkey.Key.Fingerprint, subkey.Key.Name, subkey.Key.Bits, subkey.CanSign,
            ToDate(subkey.Key.Created), ToDate(subkey.Expires), ToDate(revocation?.Date), revocation?.ToString());
    }

    private static KeyRevocation? Worst(BoundKey key) => key.Revocations.Count == 0 ? null
        : key.Revocations.OrderByDescending(revocation => revocation.IsHard).ThenBy(revocation => revocation.Date).First();

    private static DateTime? ToDate(long? seconds) => seconds is { } known ? ToDate(known) : null;
}
