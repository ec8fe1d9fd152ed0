using System.Management.Automation;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Which signing keys an object from the pipeline stands for.</summary>
internal static class PipedKey
{
    /// <summary>The fingerprints that an object names, or the elements of a list.</summary>
    /// <param name="source">Keys, or texts.</param>
    /// <exception cref="InvalidInputException">The object does not name a key.</exception>
    public static IReadOnlyList<string> Fingerprints(PSObject source) => [.. PipedObject.Elements(source).Select(element =>
    {
        var item = new PipedObject(element);
        return item.Value as string
            ?? (item.Is<SigningKey>() || item.Is<KnownKey>() || (!item.IsOurs && item.Value is PSCustomObject)
                ? item.Text(nameof(SigningKey.Fingerprint)) : null) ?? throw NotKey(item);
    })];

    /// <summary>The error of an object that is not a key.</summary>
    /// <param name="item">The object.</param>
    public static InvalidInputException NotKey(PipedObject item) => new(ErrorIds.InputInvalid, null, null, $"{item} is not a signing key",
        "Pipe keys, as Get-SigningKey returns them, or their fingerprints");
}
