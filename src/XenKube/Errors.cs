using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>Turns the library's exceptions into PowerShell's error records: the one place where they are made.</summary>
internal static class Errors
{
    /// <summary>The record of an error that the library raised.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">What the cmdlet was working on.</param>
    public static ErrorRecord Record(XenKubeException error, object? target)
    {
        var category = IsDenied(error) ? ErrorCategory.PermissionDenied
            : Enum.Parse<ErrorCategory>(error.WordedBy(RemedyWords.Instance).Id.Kind.ToString());
        return new ErrorRecord(error, error.ErrorId, category, target ?? error.File)
        {
            // PowerShell shows the recommended action on a line of its own, so the message is shown without it.
            ErrorDetails = new ErrorDetails(error.Fault) { RecommendedAction = error.Remedy is { } remedy
                ? Printable.Sentence(remedy) : Advice(category) },
        };
    }

    /// <summary>The record that PowerShell made of an error of its own, to be written once more by a cmdlet.</summary>
    /// <param name="error">PowerShell's error.</param>
    public static ErrorRecord Again(SessionStateException error) => new(error.ErrorRecord, error);

    private static bool IsDenied(Exception? error) =>
        error is not null && (error is UnauthorizedAccessException || IsDenied(error.InnerException));

    // For the errors that speak for themselves: what to do is the same for all of a kind.
    private static string Advice(ErrorCategory category) => category switch
    {
        ErrorCategory.InvalidData => "Put the file back from a copy that is whole, or recreate it; nothing was changed in it",
        ErrorCategory.NotImplemented => "See what is supported in about_XenKube; nothing was changed",
        ErrorCategory.ObjectNotFound => "Check the name: Tab completes existing names",
        ErrorCategory.ResourceExists => "Choose another name, or remove what is there first",
        ErrorCategory.ResourceBusy => "Wait until what uses it has ended, and try again",
        ErrorCategory.PermissionDenied => "Run this as root, or as the user whom the file belongs to",
        ErrorCategory.InvalidArgument => "Correct what is named, and try again; about_XenKube_Errors lists the errors",
        _ => "Correct what the message names, and try again; -Debug shows the program that was run",
    };
}
