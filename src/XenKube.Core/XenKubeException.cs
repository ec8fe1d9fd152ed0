namespace XenKube;

/// <summary>
/// The one base of every error that XenKube raises on purpose. Its message reads
/// <c>file: place: reason. remedy</c>, on one line.
/// </summary>
public abstract class XenKubeException : Exception
{
    private readonly Remedy? _remedy;
    private IRemedyWords? _words;

    /// <summary>Creates an error.</summary>
    /// <param name="id">Which error of <see cref="ErrorIds"/> it is.</param>
    /// <param name="file">The file, device, URL or domain it is about, or null where the caller that knows it adds it by
    /// <see cref="In"/>.</param>
    /// <param name="place">Where in it (a line and column, a byte offset, a structure), or null.</param>
    /// <param name="reason">What is wrong, without a final stop.</param>
    /// <param name="remedy">The person's way out, without a final stop, or null.</param>
    /// <param name="innerException">The cause, or null.</param>
    protected XenKubeException(ErrorId id, string? file, string? place, string reason, Remedy? remedy = null,
        Exception? innerException = null)
        : base(reason, innerException)
    {
        Id = id;
        File = file;
        Place = place;
        Reason = reason;
        _remedy = remedy;
    }

    /// <summary>Which error this is.</summary>
    public ErrorId Id { get; }

    /// <summary>The stable PascalCase name of the error's id; scripts may rely on it.</summary>
    public string ErrorId => Id.Name;

    /// <summary>The file, device, URL or domain the error is about; null where there is none.</summary>
    public string? File { get; private set; }

    /// <summary>Where in the file: a line and column, a byte offset, a structure; null where it is about all of it.</summary>
    public string? Place { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    /// <summary>
    /// What to do about it, in the words of the front end that shows the error, else in plain ones; null where there is nothing to advise.
    /// </summary>
    public string? Remedy => _remedy?.Word(_words);

    /// <summary>What to do about it, for another error of the same cause.</summary>
    internal Remedy? Advice => _remedy;

    /// <summary>What is wrong and where, without the remedy: <c>file: place: reason</c>, fit to be shown.</summary>
    public string Fault =>
        Printable.Sentence(string.Join(": ", new[] { Printable.Name(File), Printable.Name(Place), Printable.Lines(Reason) }
            .Where(part => part.Length > 0)));

    /// <inheritdoc/>
    public override string Message => Remedy is null ? Fault : $"{Fault}. {Printable.Sentence(Remedy)}";

    /// <summary>Has the error speak a front end's language.</summary>
    /// <param name="words">The front end's words.</param>
    /// <returns>This error.</returns>
    public XenKubeException WordedBy(IRemedyWords words)
    {
        _words = words;
        return this;
    }

    /// <summary>Adds the file to an error raised by code that reads bytes without knowing where they come from.</summary>
    /// <param name="file">The file; ignored when the error names one already, since the innermost knows best.</param>
    /// <returns>This error, to be thrown again.</returns>
    public XenKubeException In(string file)
    {
        File ??= file;
        return this;
    }
}
