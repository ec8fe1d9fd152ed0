using System.Text;
using XenKube.Files;
using XenKube.Ignition.Secrets;
using XenKube.Posix;

namespace XenKube.Ignition.Templates;

/// <summary>A template that was expanded in memory, to be written once everything else has been checked too.</summary>
/// <param name="TemplatePath">The template.</param>
/// <param name="OutputPath">The result's file.</param>
/// <param name="Text">The result; null where the file is current.</param>
/// <param name="Includes">The files the template takes in.</param>
internal sealed record TemplateExpansion(string TemplatePath, string OutputPath, string? Text, IReadOnlyList<string> Includes)
{
    /// <summary>The line of the template from which each line of the result comes.</summary>
    public IReadOnlyList<int> Lines { get; init; } = [];

    /// <summary>Writes the result, unless the file is current.</summary>
    public IgnitionTemplateResult Write()
    {
        if (Text is not null)
        {
            var isSecret = SecretText.IsIn(Text);
            if (isSecret)
            {
                // The group keeps its permissions: the people who work here are in it.
                PrivateFile.Close(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(OutputPath))!);
            }
            var mode = FileStatus.TryRead(OutputPath) is { } there ? PrivateFile.WithoutOthers(there.Permissions) : PrivateFile.OwnerOnly;
            AtomicFile.Write(OutputPath, Encoding.UTF8.GetBytes(Text), isSecret ? mode : null);
        }
        return new IgnitionTemplateResult(TemplatePath, OutputPath, Text is not null, Includes);
    }
}
