using XenKube.Files;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition;

/// <summary>Configs that may be Ignition JSON already, which is checked and taken as it is, byte for byte.</summary>
public static class ReadyConfig
{
    /// <summary>Reads a file: Ignition JSON is validated, every other document transpiled.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to transpile; the source path is added.</param>
    /// <returns>The config; see <see cref="IgnitionConfig.Succeeded"/>.</returns>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationFailedException">The file cannot be read.</exception>
    public static IgnitionConfig Read(string path, TranspileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var document = WholeFile.Read(path);
        return OtherFormat.IsIgnition(document)
            ? Take(document, path)
            : IgnitionTranspiler.Transpile(document, (options ?? new TranspileOptions()) with { SourcePath = path });
    }

    private static IgnitionConfig Take(byte[] json, string path)
    {
        var validation = IgnitionValidator.Validate(json);
        var report = new Report();
        foreach (var entry in validation.Entries)
        {
            report.Add(entry);
        }
        return IgnitionConfig.FromJson(json, path, validation.IsValid, report);
    }
}
