using System.Globalization;

namespace XenKube.Images.Signatures;

/// <summary>Says which trusted keys can no longer check what their owners sign now, or soon cannot.</summary>
public static class KeyCheck
{
    private const string Name = "keys";

    /// <summary>Checks the keys of a trust store; without any there is nothing to say.</summary>
    /// <param name="store">The trust store.</param>
    public static IEnumerable<CheckResult> Run(TrustStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Run(store, DateTime.UtcNow);
    }

    /// <summary>Checks them as on another day.</summary>
    internal static IEnumerable<CheckResult> Run(TrustStore store, DateTime now)
    {
        IReadOnlyList<SigningKey> keys;
        CheckResult? failure = null;
        try
        {
            keys = store.List();
        }
        catch (XenKubeException e)
        {
            keys = [];
            failure = new CheckResult(Name, CheckStatus.Fail, e.Fault, e.Advice ?? "Correct the rights of the directory");
        }
        if (failure is not null)
        {
            yield return failure;
        }
        var ending = keys.Where(key => KeyRenewal.EndOf(key) is { } end && end < now + KeyRenewal.Notice).ToList();
        foreach (var key in ending)
        {
            var end = KeyRenewal.EndOf(key)!.Value;
            var known = KnownKey.All.FirstOrDefault(known => known.Fingerprint == key.Fingerprint);
            yield return new CheckResult(Name, CheckStatus.Warn,
                $"{known?.Name ?? Printable.Of(key.UserId)}: every signing subkey of {key.Fingerprint} {(end < now ? "has ended, the last one" : "ends, the last one")} on {Timestamp.Day(end)}; images signed later cannot be checked",
                KeyRenewal.Advise(known, key));
        }
        if (keys.Count > 0 && ending.Count == 0)
        {
            yield return new CheckResult(Name, CheckStatus.Pass,
                string.Create(CultureInfo.InvariantCulture, $"{keys.Count} trusted, all of them in force"));
        }
    }
}
