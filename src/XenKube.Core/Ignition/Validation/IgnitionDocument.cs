using System.Globalization;
using XenKube.Ignition.Json;
using XenKube.Ignition.Model;

namespace XenKube.Ignition.Validation;

/// <summary>
/// An Ignition config as Ignition reads it: keys in any case, the last of several, broken characters replaced. Values of a wrong
/// type are passed over, so that everything else can still be shown; judging the config is the validator's task.
/// </summary>
/// <param name="Version">The version that it declares; empty if it declares none.</param>
/// <param name="Config">What it says, by the types of its version.</param>
/// <param name="Root">The JSON.</param>
internal sealed record IgnitionDocument(string Version, ConfigValue Config, JsonNode Root)
{
    /// <summary>Reads a config.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="InvalidInputException">It is not JSON, or not a JSON object.</exception>
    public static IgnitionDocument Read(ReadOnlyMemory<byte> json)
    {
        var text = json.ToArray();
        JsonNode root;
        try
        {
            root = JsonTree.Read(text).Root;
        }
        catch (JsonSyntaxException e)
        {
            // The byte that is wrong is the last one that was read.
            var (line, column) = new TextPositions(text).At(Math.Max(0, e.Offset - 1));
            var place = line == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}");
            var reason = text.Length == 0 ? "it is empty" : $"this is not JSON: {e.Message}";
            throw new InvalidInputException(ErrorIds.IgnitionVersionMissing, null, place, reason, innerException: e);
        }
        if (root.Kind != JsonKind.Object)
        {
            throw new InvalidInputException(
                ErrorIds.IgnitionVersionMissing, null, null, "the JSON is not an object, so it is not an Ignition config");
        }
        var version = IgnitionVersions.Declared(root);
        return new IgnitionDocument(version, ConfigReader.Read(root, IgnitionVersions.TypeOf(root, version), out _), root);
    }
}
