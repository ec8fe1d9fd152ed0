using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Images;

namespace XenKube.Commands.Completion;

/// <summary>Completes the versions of the images in the store.</summary>
public sealed class ImageVersionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => new ImageStore(Completions.XenDirectory(fakeBoundParameters).ImagesPath).List()
            .Select(image => (image.Version, image.Path)));
}
