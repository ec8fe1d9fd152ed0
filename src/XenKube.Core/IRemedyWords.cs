namespace XenKube;

/// <summary>A front end's words for what a person can do: its commands and options, as they are typed.</summary>
public interface IRemedyWords
{
    /// <summary>What to type.</summary>
    /// <param name="action">What to do.</param>
    string Word(RemedyAction action);
}
