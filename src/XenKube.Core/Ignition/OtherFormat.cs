using XenKube.Ignition.Json;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition;

/// <summary>Documents that people take for a config to be transpiled and that are something else.</summary>
internal static class OtherFormat
{
    /// <summary>What a document is instead of a config to be transpiled; null where it may be one.</summary>
    public static string? NameOf(ReadOnlySpan<byte> document)
    {
        var text = document.StartsWith("\uFEFF"u8) ? document[3..] : document;
        if (text.StartsWith("#cloud-config"u8))
        {
            return "this is cloud-config, for coreos-cloudinit or cloud-init, and not a config to be transpiled";
        }
        if (text.StartsWith("#!"u8))
        {
            return "this is a script, and not a config to be transpiled";
        }
        return DeclaredVersion(text) is { } version
            ? $"this is Ignition JSON {Printable.Of(version)} already: it needs no transpiling and can be published"
            : null;
    }

    /// <summary>Whether a document is Ignition JSON: an object that declares its version.</summary>
    public static bool IsIgnition(ReadOnlySpan<byte> document) => DeclaredVersion(document) is not null;

    private static string? DeclaredVersion(ReadOnlySpan<byte> text)
    {
        if (!text.TrimStart(" \t\r\n"u8).StartsWith("{"u8) || text.IndexOf("ignition"u8) < 0)
        {
            return null;
        }
        try
        {
            return IgnitionVersions.Declared(JsonTree.Read(text.ToArray()).Root) is { Length: > 0 } version ? version : null;
        }
        catch (JsonSyntaxException)
        {
            // YAML in braces.
            return null;
        }
    }
}
