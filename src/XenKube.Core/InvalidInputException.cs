namespace XenKube;

/// <summary>An argument, a name, a configuration or a document from outside cannot be accepted.</summary>
public sealed class InvalidInputException : XenKubeException
{
    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(string, string?, string?, string, string?, Exception?)"/>
    public InvalidInputException(string errorId, string? file, string? place, string reason, string? remedy = null, Exception? innerException = null)
        : base(errorId, file, place, reason, remedy, innerException)
    {
    }
}
