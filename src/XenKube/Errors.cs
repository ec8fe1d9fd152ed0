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
        var record = new ErrorRecord(error, error.ErrorId, Category(error), target ?? error.File);
        if (error.Remedy is not null)
        {
            // PowerShell shows the recommended action on a line of its own, so the message is shown without it.
            var message = string.Join(": ", new[] { error.File, error.Place, error.Reason }.Where(part => !string.IsNullOrEmpty(part)));
            record.ErrorDetails = new ErrorDetails(message) { RecommendedAction = error.Remedy };
        }
        return record;
    }

    private static ErrorCategory Category(XenKubeException error) => error switch
    {
        CorruptImageException => ErrorCategory.InvalidData,
        UnsupportedFeatureException => ErrorCategory.NotImplemented,
        ItemNotFoundException => ErrorCategory.ObjectNotFound,
        ItemExistsException => ErrorCategory.ResourceExists,
        ItemInUseException => ErrorCategory.ResourceBusy,
        InvalidInputException => ErrorCategory.InvalidArgument,
        _ => ErrorCategory.OperationStopped,
    };
}
